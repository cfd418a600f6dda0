import { enqueueActions, sendTo, spawnChild, stopChild } from 'xstate';
import type { CallCommand, CallInput, CallReport } from './call-events.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId } from './model/ids.ts';
import type { CallInHand } from './model/softphone.ts';
import type { PairEvent } from './pair-events.ts';
import type { WindowEvent } from './reconnect-window.ts';
import type { RecordingInput } from './recording-context.ts';
import { recoveryBase } from './recovery-setup.ts';
import { inHand, type SoftphoneArgs, type SoftphoneContext, second } from './softphone-context.ts';
import type { VoiceLegReport } from './voice-leg.ts';

/** How long the user is rung before his number is dialled (product §13). */
const callbackRingMs = 60_000;
const callInput = ({ user, keepsFacts }: SoftphoneContext, call: CallInHand): CallInput => {
  const { label, line, target, limitMs } = call;
  return { call: label.call, line, user, target, limitMs, keepsFacts };
};

const recordingOf = (call: CallId) => `recording/${call}`;
const recordingInput = ({ label, recording }: CallInHand): RecordingInput => ({ label, order: recording });

/** What the states of a softphone are made of: its own setup, and what it starts, tells and lets go. */
export const softphoneSetup = recoveryBase.extend({
  actions: {
    startVoiceLeg: spawnChild('voiceLeg', {
      id: 'voiceLeg',
      input: ({ context }) => ({
        leg: inHand(context).voiceLeg,
        user: context.user,
        direction: 'outgoing' as const,
        // A callback ring is ours to end; for a calling party we ring as long as the party waits and Telegram allows.
        ringMs: inHand(context).target ? callbackRingMs : undefined,
      }),
    }),
    takeUsersCall: spawnChild('voiceLeg', {
      id: 'voiceLeg',
      input: ({ context }) => ({
        leg: inHand(context).voiceLeg,
        user: context.user,
        direction: 'incoming' as const,
        ringMs: undefined,
      }),
    }),
    hangUpVoiceLeg: sendTo('voiceLeg', ({ context }) => ({ type: 'hangUp', cause: context.cause })),
    dropVoiceLeg: stopChild('voiceLeg'),

    startCall: spawnChild('call', {
      id: ({ context }) => inHand(context).label.call,
      input: ({ context }) => callInput(context, inHand(context)),
    }),
    startSecond: spawnChild('call', {
      id: ({ context }) => second(context).label.call,
      input: ({ context }) => callInput(context, second(context)),
    }),
    adoptCall: spawnChild('call', {
      id: ({ context }) => inHand(context).label.call,
      input: ({ context, event }) => ({
        ...callInput(context, inHand(context)),
        target: undefined,
        from: 'adopted' as const,
        ...(event.type === 'recalled' && event.leftMs !== undefined && { limitMs: event.leftMs }),
      }),
    }),
    recoverCall: spawnChild('call', {
      id: ({ context }) => inHand(context).label.call,
      input: ({ context }) => ({ ...callInput(context, inHand(context)), from: 'recovered' as const }),
    }),
    tell: sendTo(
      (_, { call }: { call: CallId; command: CallCommand }) => call,
      (_, { command }: { call: CallId; command: CallCommand }) => command,
    ),
    tellCall: sendTo(
      ({ context }) => inHand(context).label.call,
      (_, command: CallCommand) => command,
    ),
    tellSecond: sendTo(
      ({ context }) => second(context).label.call,
      (_, command: CallCommand) => command,
    ),
    hangUpCall: sendTo(
      ({ context }) => inHand(context).label.call,
      ({ context }) => ({ type: 'hangUp', cause: context.cause }),
    ),
    /** Its recording ends with it, and rests when it is delivered. */
    dropCall: enqueueActions(({ enqueue }, { call }: { call: CallId }) => {
      enqueue.stopChild(call);
      enqueue.sendTo(recordingOf(call), { type: 'finish' });
    }),
    /** Before its call's end is confirmed: nobody is heard any more. */
    finishRecording: sendTo(({ context }) => recordingOf(inHand(context).label.call), { type: 'finish' }),
    finishSecondRecording: sendTo(({ context }) => recordingOf(second(context).label.call), { type: 'finish' }),

    startRecording: spawnChild('recording', {
      id: ({ context }) => recordingOf(inHand(context).label.call),
      input: ({ context }) => recordingInput(inHand(context)),
    }),
    /** A transferred party that comes back is another recording. */
    dropRecording: stopChild(({ context }) => recordingOf(inHand(context).label.call)),
    startSecondRecording: spawnChild('recording', {
      id: ({ context }) => recordingOf(second(context).label.call),
      input: ({ context }) => recordingInput(second(context)),
    }),
    /** User and party in hand hear each other. */
    resumeRecording: sendTo(
      ({ context }) => recordingOf(inHand(context).label.call),
      ({ context }) => ({ type: 'resume', voiceLeg: inHand(context).voiceLeg }),
    ),
    pauseRecording: sendTo(({ context }) => recordingOf(inHand(context).label.call), { type: 'pause' }),
    /** Of the call whose button it was: the panel may be about to be redrawn for the other one. */
    tellRecording: sendTo(
      (_, { call }: { call: CallId; wanted: 'start' | 'stop' }) => recordingOf(call),
      (_, { wanted }: { call: CallId; wanted: 'start' | 'stop' }) => ({ type: 'record', wanted }),
    ),

    tellPair: sendTo('pair', (_, { told }: { told: PairEvent }) => told),
    tellWindow: sendTo('window', (_, told: WindowEvent) => told),
  },
});

type VoiceLegEnded = Extract<VoiceLegReport, { type: 'voiceLeg.ended' }>;
type CallEnded = Extract<CallReport, { type: 'call.ended' }>;

/** Which side it was that broke the protocol is known here, and nowhere else. */
export const ofUser = ({ cause }: { cause: HangupCause }): { cause: HangupCause } => ({
  cause: cause.kind === 'peer-fault' ? { ...cause, whose: 'user' } : cause,
});

const busy = { kind: 'busy' } as const;
/** The user's own call, if there is one that was to take the place of our ring. */
export const declineExpected = [
  { type: 'declineUser', params: ({ context }: SoftphoneArgs) => ({ voiceLeg: context.expected, cause: busy }) },
  'forgetExpected',
] as const;

/** On `voiceLeg.ended`: it is let go, and its reason kept. */
export const voiceLegGone = [
  'dropVoiceLeg',
  { type: 'note', params: ({ event }: { event: VoiceLegEnded }) => ofUser(event) },
] as const;

/** On `call.ended`: it is let go; what its reason means is for the state to say. */
export const letGo = { type: 'dropCall', params: ({ event }: { event: CallEnded }) => event } as const;

/** On `call.ended` of the call in hand: it is let go, and its reason kept. */
export const callGone = [letGo, { type: 'note', params: ({ event }: { event: CallEnded }) => event }] as const;

/** On `call.ended` of the second: its record is closed, the one in hand goes on. */
export const secondGone = [
  letGo,
  {
    type: 'conclude',
    params: ({ context, event }: SoftphoneArgs & { event: CallEnded }) => ({
      user: context.user,
      label: second(context).label,
      cause: event.cause,
    }),
  },
  'forgetSecond',
] as const;

/** The second call is ended, whatever its state, and its record closed at once. */
export const endSecond = (cause: HangupCause) =>
  [
    'finishSecondRecording',
    { type: 'tellSecond', params: { type: 'hangUp', cause } },
    {
      type: 'conclude',
      params: ({ context }: SoftphoneArgs) => ({ user: context.user, label: second(context).label, cause }),
    },
    'forgetSecond',
  ] as const;

export const concludeHand = {
  type: 'conclude',
  params: ({ context }: SoftphoneArgs) => ({
    user: context.user,
    label: inHand(context).label,
    cause: context.cause,
  }),
} as const;

/** On `call.ended` of the call in hand while another waits: that one is in hand now. */
export const secondTakesOver = [...callGone, concludeHand, 'promoteSecond', 'noteNormal'] as const;

/** The party in hand is ended for the reason noted; the other one is in hand now. */
export const secondRemains = ['finishRecording', 'hangUpCall', concludeHand, 'promoteSecond', 'noteNormal'] as const;
