import type { Logger } from 'pino';
import type { CallLog } from './actors/ports/call-log.ts';
import type { Media } from './actors/ports/media.ts';
import type { TelegramCalls } from './actors/ports/telegram-calls.ts';
import type { HangupCause } from './machines/model/hangup-cause.ts';
import type { CallId, UserId } from './machines/model/ids.ts';

/**
 * A call in the operator's log: a line when it begins, is answered and ends, each with its `callId` and without numbers.
 * Lines of a voice leg have a `voiceLegId`; which call it serves is told when the user is rung and when the two are joined.
 */
export const loggedCalls = (calls: CallLog, log: Logger): CallLog => ({
  opened(record) {
    log.info({ callId: record.call, direction: record.direction, lineId: record.line }, 'a call begins');
    return calls.opened(record);
  },
  answered(call, at) {
    log.info({ callId: call }, 'a call is answered');
    return calls.answered(call, at);
  },
  ended(call, at, cause) {
    log.info({ callId: call, ...reasonOf(cause) }, 'a call ends');
    return calls.ended(call, at, cause);
  },
  find: (call) => calls.find(call),
  lastMissed: (user, since) => calls.lastMissed(user, since),
});

/** `callOf`: the call that a user's softphone has in hand, once what he is rung for has been taken in. */
export const loggedRings = (
  telegram: TelegramCalls,
  callOf: (user: UserId) => CallId | undefined,
  log: Logger,
): TelegramCalls => ({
  ring(leg, user) {
    telegram.ring(leg, user);
    queueMicrotask(() => log.info({ callId: callOf(user), voiceLegId: leg }, 'the user is rung'));
  },
  answer: (leg) => telegram.answer(leg),
  hangUp: (leg, cause) => telegram.hangUp(leg, cause),
  watch: (leg, listener) => telegram.watch(leg, listener),
  onOffer: (listener) => telegram.onOffer(listener),
});

/** Of softphones: the first leg is the user's. */
export const loggedJoins = (media: Media, log: Logger): Media => ({
  ...media,
  connect(voiceLeg, call) {
    log.info({ callId: call, voiceLegId: voiceLeg }, 'user and party are joined');
    media.connect(voiceLeg, call);
  },
});

const reasonOf = (cause: HangupCause) => ({
  cause: cause.kind,
  ...('sip' in cause && cause.sip && { sipStatus: cause.sip.status }),
  ...('detail' in cause && { detail: cause.detail }),
});
