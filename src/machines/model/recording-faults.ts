/** Why nothing more can be written of a recording. */
export type RecorderFault =
  | {
      readonly kind: 'disk-full' | 'disk-slow' | 'no-directory' | 'directory-missing' | 'directory-closed' | 'no-call';
    }
  /** `code`: the system's, such as EIO. */
  | { readonly kind: 'disk'; readonly code: string }
  /** A bug of ours; `detail` is for the log. */
  | { readonly kind: 'internal'; readonly detail: string };

/** Why a recording did not reach whom it was sent to. */
export type DeliveryFault =
  | {
      readonly kind:
        | 'blocked'
        | 'blocked-by-us'
        | 'privacy'
        | 'no-audio'
        | 'no-files'
        | 'first-contact'
        | 'unknown-user'
        | 'user-gone'
        | 'chat-gone'
        | 'not-member'
        | 'no-rights'
        | 'wait'
        | 'unreachable'
        | 'file-gone';
    }
  /** `words`: as Telegram or the system put it. */
  | { readonly kind: 'refused' | 'file' | 'internal'; readonly words: string };

/** Telegram did not take a file or a message. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
  readonly why: DeliveryFault;
  /** When Telegram named a time. */
  readonly retryAfterMs: number | undefined;
  constructor(why: DeliveryFault, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super('words' in why ? `${why.kind}: ${why.words}` : why.kind, options);
    this.why = why;
    this.retryAfterMs = options.retryAfterMs;
  }
}
