import type { HangupCause, SipReply } from '../../../machines/model/hangup-cause.ts';

/** Final SIP responses in our words (RFC 3261 §21). An unlisted status stays readable as a rejection. */
const kinds: Readonly<Record<number, 'busy' | 'declined' | 'no-answer'>> = {
  408: 'no-answer',
  480: 'no-answer',
  486: 'busy',
  487: 'no-answer',
  600: 'busy',
  603: 'declined',
  // Unwanted (RFC 8197): declined, and do not call again.
  607: 'declined',
};

/** The reason phrase is kept: it is shown as it came. */
export const causeOfReply = (sip: SipReply): HangupCause => {
  const kind = kinds[sip.status];
  return kind === undefined ? { kind: 'rejected', sip } : { kind, sip };
};

/** The final response to an INVITE that ends for this cause before it was answered. */
export const replyOfCause = (cause: HangupCause): SipReply & { readonly retryAfterS?: number } => {
  switch (cause.kind) {
    case 'busy':
    case 'declined':
      return finalReply(cause.sip) ?? { status: 486, reason: 'Busy Here' };
    case 'rejected':
      return finalReply(cause.sip) ?? { status: 480, reason: 'Temporarily Unavailable' };
    case 'flood':
      return { status: 503, reason: 'Service Unavailable', retryAfterS: Math.ceil(cause.retryAfterMs / 1_000) };
    case 'shutdown':
      return { status: 503, reason: 'Service Unavailable', retryAfterS: 30 };
    case 'peer-fault':
    case 'internal-fault':
      return { status: 500, reason: 'Server Internal Error' };
    case 'no-answer':
      return finalReply(cause.sip) ?? { status: 480, reason: 'Temporarily Unavailable' };
    case 'normal':
    case 'cancelled':
    case 'answered-elsewhere':
    case 'privacy':
    case 'blocked':
    case 'connection-lost':
      return { status: 480, reason: 'Temporarily Unavailable' };
  }
};

/** Only failures can end a call, and a reason phrase must fit into a line. */
const finalReply = (sip: SipReply | undefined): SipReply | undefined =>
  sip !== undefined && sip.status >= 400 && sip.status <= 699
    ? { status: sip.status, reason: sip.reason.replace(/[^\x20-\x7e]/g, '').slice(0, 128) }
    : undefined;

/** Reason of our CANCEL (RFC 3326 §3.1): tells the party's phone not to list a missed call. */
export const cancelReason = (cause: HangupCause): string | undefined =>
  cause.kind === 'answered-elsewhere' ? 'Reason: SIP;cause=200;text="Call completed elsewhere"' : undefined;

/** Why a caller cancelled. */
export const causeOfCancel = (reasons: readonly string[]): HangupCause =>
  reasons.some((reason) => /^\s*SIP\b.*;\s*cause\s*=\s*200\b/i.test(reason) || /completed elsewhere/i.test(reason))
    ? { kind: 'answered-elsewhere' }
    : { kind: 'cancelled' };
