/** Why a leg or a call ended, in words both networks are translated into once, at their adapters. */
export type HangupCause =
  | { readonly kind: 'normal' }
  /** The caller gave up before the answer. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'answered-elsewhere' }
  | { readonly kind: 'busy'; readonly sip?: SipReply }
  | { readonly kind: 'declined'; readonly sip?: SipReply }
  | { readonly kind: 'no-answer'; readonly sip?: SipReply }
  /** Telegram's privacy settings of the user forbid our call. */
  | { readonly kind: 'privacy' }
  /** The user blocked the chat account. */
  | { readonly kind: 'blocked' }
  /** Telegram asked us to wait. */
  | { readonly kind: 'flood'; readonly retryAfterMs: number }
  /** The network refused for a reason of its own; `sip` is shown as it came. */
  | { readonly kind: 'rejected'; readonly sip: SipReply }
  /** Media or transport broke without a hang-up. */
  | { readonly kind: 'connection-lost'; readonly detail?: string }
  /** The peer broke the protocol: wrong hash, key, signaling or message. `whose`: the user's app, not the party's telephone. */
  | { readonly kind: 'peer-fault'; readonly detail: string; readonly whose?: 'user' }
  /** This process is going away. */
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'internal-fault'; readonly detail: string };

/** A final SIP response (RFC 3261 §21), e.g. 486 Busy Here. */
export interface SipReply {
  readonly status: number;
  readonly reason: string;
}
