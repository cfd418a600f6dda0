import { Api } from 'telegram/tl/index.js';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';

/** How far a call had come, which decides how a discard reads. */
export type CallStage = 'calling' | 'ringing' | 'offered' | 'taken';

type ReasonName = 'missed' | 'disconnect' | 'hangup' | 'busy' | 'none';

/**
 * What the peer (or the server) means by its reason. Telegram has one word for decline and busy: a device in another call
 * says it without having rung, a person who declines after.
 */
export const causeOfDiscard = (reason: Api.TypePhoneCallDiscardReason | undefined, stage: CallStage): HangupCause =>
  causes[stage][nameOf(reason)];

const lost: HangupCause = { kind: 'connection-lost', detail: 'the peer disconnected' };

const causes: Readonly<Record<CallStage, Readonly<Record<ReasonName, HangupCause>>>> = {
  calling: {
    missed: { kind: 'no-answer' },
    disconnect: lost,
    hangup: { kind: 'declined' },
    busy: { kind: 'busy' },
    none: { kind: 'no-answer' },
  },
  ringing: {
    missed: { kind: 'no-answer' },
    disconnect: lost,
    hangup: { kind: 'declined' },
    busy: { kind: 'declined' },
    none: { kind: 'no-answer' },
  },
  // Not answered by us: the caller gave up, or another session of our account took or declined it.
  offered: {
    missed: { kind: 'cancelled' },
    disconnect: { kind: 'cancelled' },
    hangup: { kind: 'cancelled' },
    busy: { kind: 'answered-elsewhere' },
    none: { kind: 'answered-elsewhere' },
  },
  taken: {
    missed: { kind: 'normal' },
    disconnect: lost,
    hangup: { kind: 'normal' },
    busy: { kind: 'normal' },
    none: { kind: 'normal' },
  },
};

/** The reason the official clients give in this situation. */
export function discardReasonOf(cause: HangupCause, stage: CallStage): Api.TypePhoneCallDiscardReason {
  if (technicalFailures.has(cause.kind)) return new Api.PhoneCallDiscardReasonDisconnect();
  switch (stage) {
    case 'calling':
    case 'ringing':
      return new Api.PhoneCallDiscardReasonMissed();
    case 'offered':
      return cause.kind === 'no-answer' ? new Api.PhoneCallDiscardReasonMissed() : new Api.PhoneCallDiscardReasonBusy();
    case 'taken':
      return new Api.PhoneCallDiscardReasonHangup();
  }
}

const technicalFailures: ReadonlySet<HangupCause['kind']> = new Set<HangupCause['kind']>([
  'connection-lost',
  'peer-fault',
  'shutdown',
  'internal-fault',
]);

function nameOf(reason: Api.TypePhoneCallDiscardReason | undefined): ReasonName {
  if (reason instanceof Api.PhoneCallDiscardReasonMissed) return 'missed';
  if (reason instanceof Api.PhoneCallDiscardReasonDisconnect) return 'disconnect';
  if (reason instanceof Api.PhoneCallDiscardReasonHangup) return 'hangup';
  if (reason instanceof Api.PhoneCallDiscardReasonBusy) return 'busy';
  // MigrateConferenceCall is newer than the GramJS layer and does not get through its parser.
  return 'none';
}
