import { fromCallback, fromPromise } from 'xstate';
import { callMachine } from '../machines/call.ts';
import { failureToneMachine } from '../machines/failure-tone.ts';
import type { LostCall } from '../machines/model/call-facts.ts';
import type { CallLabel } from '../machines/model/call-label.ts';
import type { CallId, LineId, RecordingId, UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { RecorderFault } from '../machines/model/recording-faults.ts';
import type { RecordingOrder } from '../machines/model/recording-order.ts';
import type { PlanLimit } from '../machines/model/refusals.ts';
import type { JoinedParties } from '../machines/model/softphone.ts';
import { parallelPairMachine } from '../machines/parallel-pair.ts';
import { recordingMachine } from '../machines/recording.ts';
import { softphoneMachine } from '../machines/softphone.ts';
import { voiceLegMachine } from '../machines/voice-leg.ts';
import type { CallJournal } from './call-journal.ts';
import type { CallNotices } from './call-notices.ts';
import type { DtmfSender } from './dtmf-sender.ts';
import type { Media } from './ports/media.ts';
import type { SipCalls } from './ports/sip-calls.ts';
import type { TelegramCalls } from './ports/telegram-calls.ts';
import type { Recordings } from './recordings.ts';
import type { RecoveryFacts } from './recovery-facts.ts';
import type { UserDeadlines } from './user-deadlines.ts';

/** A recording that could not be stored. */
export interface FailedRecording {
  readonly order: RecordingOrder;
  readonly label: CallLabel;
  readonly why: RecorderFault;
}

export interface SoftphoneParts {
  readonly sip: SipCalls;
  readonly telegram: TelegramCalls;
  readonly media: Media;
  readonly notices: Pick<CallNotices, 'say' | 'show' | 'unshow' | 'conclude'>;
  readonly journal: Pick<CallJournal, 'opened' | 'answered' | 'givenUp' | 'ended'>;
  /** Without it nobody takes up the calls of this process when it dies. */
  readonly recovery?: Pick<RecoveryFacts, 'saved' | 'resumeDialog' | 'endDialog'>;
  readonly keys: Pick<DtmfSender, 'send'>;
  readonly recordings: Pick<Recordings, 'start' | 'pause' | 'resume' | 'watch' | 'deliver' | 'deliverOf' | 'leave'>;
  /** Without it only timers of this process end the window of a reconnection. */
  readonly deadlines?: Pick<UserDeadlines, 'set' | 'clear'>;
  /** Why no call may be made on this line now, for the plan of its owner. */
  readonly limitOf: (line: LineId) => Promise<PlanLimit | undefined>;
  /** The owner is to learn of it, too. */
  readonly recordingFailed: (failed: FailedRecording) => void;
  /** Two parties are on their own from now on. */
  readonly handOver: (user: UserId, joined: JoinedParties) => void;
}

const voiceLeg = ({ telegram, media }: SoftphoneParts) =>
  voiceLegMachine.provide({
    actors: {
      legFacts: fromCallback(({ input, sendBack }) => {
        const { leg } = input as { leg: VoiceLegId };
        const ends = [telegram.watch(leg, sendBack), media.watch(leg, sendBack)];
        return () => ends.forEach((end) => end());
      }),
    },
    actions: {
      ringUser: (_, { leg, user }) => telegram.ring(leg, user),
      answerUser: (_, { leg }) => telegram.answer(leg),
      hangUpUser: (_, { leg, cause }) => telegram.hangUp(leg, cause),
    },
  });

const call = ({ sip, media, recovery }: SoftphoneParts) =>
  callMachine.provide({
    actors: {
      legFacts: fromCallback(({ input, sendBack }) => {
        const { call: id } = input as { call: CallId };
        const ends = [
          sip.watch(id, (fact) => {
            // The sound of a key that came by SIP INFO is ours to make (product §7).
            if (fact.type === 'key.heard') media.keyHeard(id, fact.digit);
            sendBack(fact);
          }),
          media.watch(id, sendBack),
        ];
        return () => ends.forEach((end) => end());
      }),
      setHold: fromPromise<void, { call: CallId; on: boolean }>(({ input }) => sip.hold(input.call, input.on)),
      saveFacts: fromPromise<void, { user: UserId }>(async ({ input }) => recovery?.saved(input.user)),
      resumeDialog: fromPromise<void, { call: CallId }>(async ({ input }) => recovery?.resumeDialog(input.call)),
      endDialog: fromPromise<void, { call: CallId }>(async ({ input }) => recovery?.endDialog(input.call)),
    },
    actions: {
      inviteParty: (_, { call: id, ...request }) => sip.invite(id, request),
      ringParty: (_, { call: id, user }) => sip.ring(id, user),
      answerParty: (_, { call: id }) => sip.answer(id),
      hangUpParty: (_, { call: id, cause }) => sip.hangUp(id, cause),
    },
  });

const failureTone = ({ media }: SoftphoneParts) =>
  failureToneMachine.provide({ actions: { playTone: (_, { leg, tone }) => media.playTone(leg, tone) } });

const pair = (parts: SoftphoneParts) => {
  const { media, notices, journal } = parts;
  return parallelPairMachine.provide({
    actions: {
      show: (_, { user, call: id, slot, notice }) => notices.show(user, id, slot, notice),
      say: (_, { user, notice }) => notices.say(user, notice),
      conclude: (_, { user, label, cause }) => notices.conclude(user, label, cause, journal.ended(label.call, cause)),
      playTone: (_, { leg, tone }) => media.playTone(leg, tone),
      stopTone: (_, { leg }) => media.stopTone(leg),
      playMusic: (_, { leg }) => {
        // Music is for those who hear nobody, and does not end a tone.
        media.stopTone(leg);
        media.hear(leg, undefined);
        media.playMusic(leg);
      },
      connect: (_, { voiceLeg: a, call: b }) => media.connect(a, b),
      hearParty: (_, { voiceLeg: listener, call: speaker }) => media.hear(listener, speaker),
    },
  });
};

const recording = ({ recordings, notices, recordingFailed }: SoftphoneParts) =>
  recordingMachine.provide({
    actors: {
      recorder: fromCallback(({ input, sendBack }) =>
        recordings.watch((input as { recording: RecordingId }).recording, sendBack),
      ),
      deliver: fromPromise(({ input }) => recordings.deliver(input.recording)),
    },
    actions: {
      startRecorder: (_, what) => recordings.start(what),
      pauseRecorder: (_, { recording: id }) => recordings.pause(id),
      resumeRecorder: (_, { recording: id, voiceLeg: leg }) => recordings.resume(id, leg),
      tellFailed: (_, { order, label, why }) => {
        notices.say(order.user, { kind: 'recordingFailed', label, why });
        recordingFailed({ order, label, why });
      },
      tellFull: (_, { order }) => notices.say(order.user, { kind: 'recordingLimit', limitMs: order.limitMs ?? 0 }),
    },
  });

/** Nobody goes on with these calls of another host. */
export function concludeLost({ recovery, notices, journal }: SoftphoneParts, user: UserId, lost: readonly LostCall[]) {
  for (const { label, cause } of lost) {
    // Whom it cannot be told has gone himself.
    recovery?.endDialog(label.call).catch(() => {});
    notices.conclude(user, label, cause, journal.ended(label.call, cause));
  }
}

/** One user's telephone, wired to both networks, the media plane, his conversation and the call log. */
export const softphone = (parts: SoftphoneParts) => {
  const { sip, telegram, media, notices, journal } = parts;
  return softphoneMachine.provide({
    actors: {
      voiceLeg: voiceLeg(parts),
      call: call(parts),
      parallelPair: pair(parts),
      failureTone: failureTone(parts),
      recording: recording(parts),
      judgeReferral: fromPromise(async ({ input: { line, target } }) => ({
        target,
        refusal: await parts.limitOf(line),
      })),
    },
    actions: {
      declineUser: (_, { voiceLeg: leg, cause }) => leg && telegram.hangUp(leg, cause),
      rejectParty: (_, { call: id, cause }) => sip.hangUp(id, cause),
      say: (_, { user, notice }) => notices.say(user, notice),
      show: (_, { user, call: id, slot, notice }) => notices.show(user, id, slot, notice),
      redraw: (_, what) => what && notices.show(what.user, what.call, what.slot, what.notice),
      unshow: (_, { user, call: id, slot }) => notices.unshow(user, id, slot),
      playTone: (_, { leg, tone }) => media.playTone(leg, tone),
      stopTone: (_, { leg }) => media.stopTone(leg),
      hearParty: (_, { voiceLeg: listener, call: speaker }) => media.hear(listener, speaker),
      connect: (_, { voiceLeg: a, call: b }) => media.connect(a, b),
      setDeadline: (_, { user, kind, inMs }) => parts.deadlines?.set(user, kind, inMs),
      clearDeadline: (_, { user, kind }) => parts.deadlines?.clear(user, kind),
      concludeLost: (_, { user, lost }) => concludeLost(parts, user, lost),
      acceptTransfer: (_, { call: id, as }) => sip.acceptTransfer(id, as),
      declineTransfer: (_, { call: id }) => sip.declineTransfer(id),
      handOver: (_, { user, joined }) => parts.handOver(user, joined),
      sendKeys: (_, keys) => parts.keys.send(keys),
      logOpened: (_, opened) => journal.opened(opened),
      logGivenUp: (_, { call: id }) => journal.givenUp(id),
      logAnswered: (_, { call: id }) => journal.answered(id),
      conclude: (_, { user, label, cause }) => {
        const talkedMs = journal.ended(label.call, cause);
        notices.conclude(user, label, cause, talkedMs);
      },
    },
  });
};
