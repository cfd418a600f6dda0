import { sendTo, spawnChild, stopChild } from 'xstate';
import type { CallCommand, CallInput, CallReport } from './call.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, UserId } from './model/ids.ts';
import type { CallInHand } from './model/softphone.ts';
import type { PairEvent } from './pair-setup.ts';
import type { WindowEvent } from './reconnect-window.ts';
import { inHand, type SoftphoneArgs, second, softphoneBase } from './softphone-setup.ts';
import type { VoiceLegReport } from './voice-leg.ts';

/** How long the user is rung before his number is dialled (product §13). */
const callbackRingMs = 60_000;
const callInput = (user: UserId, { label, line, target }: CallInHand): CallInput => ({
  call: label.call,
  line,
  user,
  target,
});

/** What the states of a softphone are made of: its own setup, and what it starts, tells and lets go. */
export const softphoneSetup = softphoneBase.extend({
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
      input: ({ context }) => callInput(context.user, inHand(context)),
    }),
    startSecond: spawnChild('call', {
      id: ({ context }) => second(context).label.call,
      input: ({ context }) => callInput(context.user, second(context)),
    }),
    adoptCall: spawnChild('call', {
      id: ({ context }) => inHand(context).label.call,
      input: ({ context }) => ({ ...callInput(context.user, inHand(context)), target: undefined, adopted: true }),
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
    dropCall: stopChild((_, { call }: { call: CallId }) => call),

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

/** On `voiceLeg.ended`: it is let go, and its reason kept. */
export const voiceLegGone = [
  'dropVoiceLeg',
  { type: 'note', params: ({ event }: { event: VoiceLegEnded }) => ofUser(event) },
] as const;

/** On `call.answered`, whichever of the user's calls it is: what an answer means, apart from who is heard. */
export const partyAnswered = {
  type: 'logAnswered',
  params: ({ event }: { event: Extract<CallReport, { type: 'call.answered' }> }) => event,
} as const;

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
    { type: 'tellSecond', params: { type: 'hangUp', cause } },
    {
      type: 'conclude',
      params: ({ context }: SoftphoneArgs) => ({ user: context.user, label: second(context).label, cause }),
    },
    'forgetSecond',
  ] as const;

/** The call in hand is over, its party or its user has left; the second is the one in hand now. */
export const secondTakesOver = [
  {
    type: 'conclude',
    params: ({ context }: SoftphoneArgs) => ({
      user: context.user,
      label: inHand(context).label,
      cause: { kind: 'normal' as const },
    }),
  },
  'promoteSecond',
] as const;
