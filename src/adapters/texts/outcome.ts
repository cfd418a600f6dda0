import type { CallLabel } from '../../machines/model/call-label.ts';
import type { HangupCause, SipReply } from '../../machines/model/hangup-cause.ts';
import type { ServiceError } from '../../machines/model/refusals.ts';
import type { Phrase } from './phrasebook.ts';
import { clock, duration, oneLine, party } from './words.ts';

/** `Missed · +79261234567`: starts with the outcome, so that phone automation takes it for no caller message (D-50). */
export function outcome(label: CallLabel, cause: HangupCause, talkedMs: number | undefined, phrase: Phrase): string {
  const who = party(label, phrase);
  if (talkedMs === undefined) {
    const head = label.direction === 'outgoing' ? whyNotReached(cause, phrase) : whyNotTaken(cause, phrase);
    return `${head} · ${who}`;
  }
  const text = `${phrase('outcome-answered', { talked: clock(talkedMs) })} · ${who}`;
  const note = notes[cause.kind];
  return note === undefined ? text : `${text}\n${phrase(note)}`;
}

/** Why a party was not reached. What an operator answered is shown as it came (product §11). */
export function whyNotReached(cause: HangupCause, phrase: Phrase): string {
  if ('sip' in cause && cause.sip) return sipReply(cause.sip);
  switch (cause.kind) {
    case 'normal':
    case 'cancelled':
      return phrase('outcome-cancelled');
    case 'busy':
      return serviceError({ status: 486, reason: 'Busy' }, phrase);
    case 'no-answer':
      return serviceError({ status: 408, reason: 'Timeout' }, phrase);
    case 'blocked':
      return serviceError({ status: 480, reason: 'Temporarily unavailable' }, phrase);
    case 'privacy':
      return serviceError({ status: 380, reason: 'Callback is restricted' }, phrase);
    case 'flood':
      return serviceError({ status: 503, reason: 'Too many requests', retryAfterMs: cause.retryAfterMs }, phrase);
    case 'peer-fault':
      return phrase(cause.whose === 'user' ? 'outcome-own-fault' : 'outcome-peer-fault');
    default:
      return phrase(`outcome-${cause.kind}`);
  }
}

/** Why the user did not take an incoming call: for the chat, nearly always a missed one. */
function whyNotTaken(cause: HangupCause, phrase: Phrase): string {
  switch (cause.kind) {
    case 'peer-fault':
      return phrase(cause.whose === 'user' ? 'outcome-own-fault' : 'outcome-peer-fault');
    case 'declined':
    case 'answered-elsewhere':
    case 'internal-fault':
    case 'shutdown':
      return phrase(`outcome-${cause.kind}`);
    default:
      return phrase('outcome-missed');
  }
}

/** Said below the outcome of a talk that ended otherwise than by a hang-up. */
const notes: Partial<Record<HangupCause['kind'], string>> = {
  'connection-lost': 'note-connection-lost',
  'peer-fault': 'note-peer-fault',
  'internal-fault': 'note-internal-fault',
  shutdown: 'note-shutdown',
};

export const sipReply = ({ status, reason }: SipReply): string => `${status} ${oneLine(reason)}`.trimEnd();

/** The errors of product §11: the code is the same in all languages. */
export function serviceError(error: ServiceError, phrase: Phrase): string {
  switch (error.reason) {
    case 'SIP account has disallowed settings':
      return phrase('error-402-settings');
    case 'Total calls duration is exceeded':
      return phrase('error-402-duration');
    case 'Amount of fail calls is exceeded':
      return phrase('error-402-failures');
    case 'Too many requests':
      return phrase('error-503', { wait: duration(error.retryAfterMs, phrase) });
    default:
      return phrase(`error-${error.status}`);
  }
}
