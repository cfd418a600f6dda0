import { assign, setup } from 'xstate';
import { type CallReport, callMachine } from './call.ts';
import { effect } from './effects.ts';
import { failureToneMachine } from './failure-tone.ts';
import type { CallLabel } from './model/call-label.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, LineId, UserId, VoiceLegId } from './model/ids.ts';
import type { Notice, NoticeSlot } from './model/notices.ts';
import type { DialTarget } from './model/party.ts';
import { type CallInHand, type JoinedParties, nextVoiceLeg, type SoftphoneCommand } from './model/softphone.ts';
import type { DtmfDigit, ToneName } from './model/tone.ts';
import type { PairReport } from './pair-setup.ts';
import { parallelPairMachine } from './parallel-pair.ts';
import { reconnectWindowMachine, type WindowReport } from './reconnect-window.ts';
import { type VoiceLegReport, voiceLegMachine } from './voice-leg.ts';

export interface SoftphoneContext {
  readonly user: UserId;
  /** Whether numbers are called back or wait for the user's own call (product §5.3, §5.4). */
  readonly callback: boolean;
  readonly inHand: CallInHand | undefined;
  /** The call beside it: waiting, being called, or held. */
  readonly second: CallInHand | undefined;
  /** The user's own call, which waits until our ring has been taken back. */
  readonly expected: VoiceLegId | undefined;
  /** Why the call in hand ended: the first reason counts. */
  readonly cause: HangupCause;
  /** How often the voice leg of this call was lost. */
  readonly losses: number;
}

export type SoftphoneArgs = { context: SoftphoneContext };

/** What the states of a softphone may ask of its context: a state that has no call in hand must not ask for it. */
export const inHand = ({ inHand: call }: SoftphoneContext): CallInHand => {
  if (!call) throw new Error('this state has a call in hand');
  return call;
};
export const second = ({ second: call }: SoftphoneContext): CallInHand => {
  if (!call) throw new Error('this state has a second call');
  return call;
};

/** Parameters that several states need. */
export const legs = ({ context }: SoftphoneArgs) => ({
  voiceLeg: inHand(context).voiceLeg,
  call: inHand(context).label.call,
});
export const inSlot =
  (slot: NoticeSlot) =>
  ({ context }: SoftphoneArgs) => ({ user: context.user, call: inHand(context).label.call, slot });
/** Shows a notice that says which call it is about, and nothing else. */
export const showLabelled = (
  slot: NoticeSlot,
  kind: 'callingYou' | 'pressToCall' | 'offerExpired' | 'dialled' | 'panel',
) =>
  ({
    type: 'show',
    params: ({ context }: SoftphoneArgs) => ({
      ...inSlot(slot)({ context }),
      notice: { kind, label: inHand(context).label },
    }),
  }) as const;
export const playToUser = (tone: ToneName) =>
  ({
    type: 'playTone',
    params: ({ context }: SoftphoneArgs) => ({ leg: inHand(context).voiceLeg, tone }),
  }) as const;
export const silenceUserLeg = {
  type: 'stopTone',
  params: ({ context }: SoftphoneArgs) => ({ leg: inHand(context).voiceLeg }),
} as const;

/** What a softphone hears, remembers, decides and has done. What it does with its children: `softphone-children.ts`. */
export const softphoneBase = setup({
  types: {
    input: {} as { user: UserId; callback: boolean },
    context: {} as SoftphoneContext,
    events: {} as SoftphoneCommand | VoiceLegReport | CallReport | WindowReport | PairReport,
    children: {} as { voiceLeg: 'voiceLeg'; window: 'reconnectWindow'; pair: 'parallelPair'; tone: 'failureTone' },
  },
  actors: {
    voiceLeg: voiceLegMachine,
    call: callMachine,
    reconnectWindow: reconnectWindowMachine,
    parallelPair: parallelPairMachine,
    failureTone: failureToneMachine,
  },
  actions: {
    take: assign((_, { line, label, target, voiceLeg, switching }: CallInHand) => ({
      inHand: { line, label, target, voiceLeg, switching },
      second: undefined,
      cause: { kind: 'normal' } as const,
      losses: 0,
    })),
    putDown: assign({ inHand: undefined }),
    takeSecond: assign(({ context }, { line, label, target, switching }: CallInHand) => ({
      second: { line, label, target, switching, voiceLeg: inHand(context).voiceLeg },
    })),
    /** The second is the one in hand now; what was in hand is over. */
    promoteSecond: assign(({ context }) => ({ inHand: context.second, second: undefined })),
    forgetSecond: assign({ second: undefined }),
    /** The pair changed which of the two is heard. */
    hold: assign(({ context }, { call }: { call: CallId }) =>
      context.second?.label.call === call ? { inHand: context.second, second: context.inHand } : {},
    ),
    useVoiceLeg: assign(({ context }, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({
      inHand: { ...inHand(context), voiceLeg },
    })),
    useNextVoiceLeg: assign(({ context }) => ({
      inHand: { ...inHand(context), voiceLeg: nextVoiceLeg(inHand(context).voiceLeg) },
    })),
    expectVoiceLeg: assign((_, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({ expected: voiceLeg })),
    useExpectedVoiceLeg: assign(({ context }) => ({
      inHand: { ...inHand(context), voiceLeg: context.expected ?? inHand(context).voiceLeg },
      expected: undefined,
    })),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    noteNormal: assign({ cause: { kind: 'normal' } as const }),
    countLoss: assign(({ context }) => ({ losses: context.losses + 1 })),
    setCallback: assign((_, { on }: { on: boolean }) => ({ callback: on })),

    declineUser: effect<{ voiceLeg: VoiceLegId; cause: HangupCause }>(),
    rejectParty: effect<{ call: CallId; cause: HangupCause }>(),
    say: effect<{ user: UserId; notice: Notice }>(),
    show: effect<{ user: UserId; call: CallId; slot: NoticeSlot; notice: Notice }>(),
    /** Takes a slot's message away. */
    unshow: effect<{ user: UserId; call: CallId; slot: NoticeSlot }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    stopTone: effect<{ leg: LegId }>(),
    hearParty: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    connect: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    sendDtmf: effect<{ voiceLeg: VoiceLegId; call: CallId; digit: DtmfDigit }>(),
    handOver: effect<{ user: UserId; joined: JoinedParties }>(),
    logOpened: effect<{ user: UserId; line: LineId; label: CallLabel; target: DialTarget | undefined }>(),
    /** Nothing was dialled. */
    logGivenUp: effect<{ call: CallId }>(),
    logAnswered: effect<{ call: CallId }>(),
    /** Removes the panel, closes the record, shows how it went. */
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
  },
  guards: {
    callbackIsOn: ({ context }) => context.callback,
    isOfHand: ({ context }, { call }: { call: CallId }) => call === context.inHand?.label.call,
    isOfSecond: ({ context }, { call }: { call: CallId }) => call === context.second?.label.call,
    isOfEither: ({ context }, { call }: { call: CallId }) =>
      call === context.inHand?.label.call || call === context.second?.label.call,
    isFirstOfTwo: ({ context }, { call }: { call: CallId }) =>
      context.second !== undefined && call === context.inHand?.label.call,
    hasSecond: ({ context }) => context.second !== undefined,
    roomForSecond: ({ context }) => context.second === undefined && inHand(context).switching,
    secondWaits: ({ context }) => context.second !== undefined && context.second.target === undefined,
    /** The user hung up, and another party has not been answered yet. */
    leavesOneWaiting: ({ context }, { cause }: { cause: HangupCause }) =>
      cause.kind !== 'connection-lost' && context.second !== undefined && context.second.target === undefined,
    isLoss: (_, { cause }: { cause: HangupCause }) => cause.kind === 'connection-lost',
    lostTooOften: ({ context }) => context.losses >= 5,
    isPrivacy: (_, { cause }: { cause: HangupCause }) => cause.kind === 'privacy',
  },
  delays: { offer: 60_000, rest: 10_000 },
});
