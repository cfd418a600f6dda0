import type { SipReply } from './hangup-cause.ts';

/** Why a line cannot be used for a call now. */
export type LineRefusal =
  | { readonly kind: 'off' }
  | { readonly kind: 'registering' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused'; readonly sip: SipReply }
  /** `rule`: number of the filter, from 1; `text` as written. */
  | { readonly kind: 'filtered'; readonly rule: number; readonly text: string }
  /** Nothing was left of the number after the dial rules (D-10). */
  | { readonly kind: 'empty' }
  /** The dial rules made the number longer than can be dialled. */
  | { readonly kind: 'tooLong' }
  | { readonly kind: 'limit'; readonly limit: PlanLimit };

/** A limit of the owner's plan, as it is said to both sides. */
export interface PlanLimit {
  readonly status: 402;
  readonly reason:
    | 'SIP account has disallowed settings'
    | 'Total calls duration is exceeded'
    | 'Amount of fail calls is exceeded';
}

/** Errors of our own with the codes and words of product §11. What an operator answers is shown as it came. */
export type ServiceError =
  | PlanLimit
  | { readonly status: 380; readonly reason: 'Callback is restricted' }
  | { readonly status: 408; readonly reason: 'Timeout' }
  | { readonly status: 480; readonly reason: 'Temporarily unavailable' }
  | { readonly status: 486; readonly reason: 'Busy' }
  | { readonly status: 503; readonly reason: 'Too many requests'; readonly retryAfterMs: number };
