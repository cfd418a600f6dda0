import type { SipReply } from './hangup-cause.ts';

/** What a registrar granted (RFC 3261 §10.2). */
export interface Binding {
  /** Lifetime granted by the registrar, in milliseconds. */
  readonly lifetimeMs: number;
}

/** How a line stands at its registrar, as people see it. */
export type Reachability =
  | { readonly state: 'off' | 'registering' | 'reachable' }
  | { readonly state: 'unreachable'; readonly detail: string }
  | { readonly state: 'refused'; readonly sip: SipReply };

/** The registrar answered, and the answer was no: credentials or account are wrong. Asking again soon will not help. */
export class RegistrationRefused extends Error {
  override readonly name = 'RegistrationRefused';
  readonly sip: SipReply;
  constructor(status: number, reason: string) {
    super(`registrar refused the binding: ${status} ${reason}`);
    this.sip = { status, reason };
  }
}

/** Nobody answered, or only to say that it cannot now. Asking again later may help. */
export class RegistrarUnreachable extends Error {
  override readonly name = 'RegistrarUnreachable';
  /** From Retry-After, where the registrar said so. */
  readonly retryAfterMs: number | undefined;
  constructor(detail: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(`registrar is unreachable: ${detail}`, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}
