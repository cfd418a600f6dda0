import { assign, sendParent, setup } from 'xstate';
import type { CallCommand, CallReport } from './call.ts';
import { effect } from './effects.ts';
import { failureToneMachine } from './failure-tone.ts';
import type { CallLabel } from './model/call-label.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, UserId, VoiceLegId } from './model/ids.ts';
import type { Notice, NoticeSlot } from './model/notices.ts';
import type { ParallelState } from './model/second-call-notices.ts';
import type { ToneName } from './model/tone.ts';

/** What the pair tells its softphone. */
export type PairReport =
  /** The user is with this one now. */
  | { type: 'pair.hears'; call: CallId }
  /** For one of the two call actors. */
  | { type: 'pair.commands'; call: CallId; command: CallCommand }
  /** One of the two is over; the user is with the other. */
  | { type: 'pair.single'; survivor: CallId }
  /** The current party left while the other had not been answered. */
  | { type: 'pair.left'; survivor: CallId }
  /** The two parties are to be joined; the user is out. `ringing`: `second` is still being called. */
  | { type: 'pair.joined'; first: CallId; second: CallId; ringing: boolean };

/** What the pair is told: presses under the parallel message, and what becomes of its calls. */
export type PairEvent = { type: 'switch' | 'transfer' | 'decline' | 'end'; version: number } | CallReport;

export interface PairInput {
  readonly user: UserId;
  readonly voiceLeg: VoiceLegId;
  /** The call the user is in. */
  readonly current: CallLabel;
  /** incoming: it waits; outgoing: it is being called. */
  readonly other: CallLabel;
}

interface Context extends PairInput {
  /** The call that came beside the first: the parallel message is its. */
  readonly second: CallId;
  /** Of what the parallel message shows: a press made on an older state is told from a new one (D-39). */
  readonly version: number;
  /** Why the call that is over ended. */
  readonly cause: HangupCause;
}
type Args = { context: Context };

/** What a pair hears, remembers, decides and has done. */
export const pairSetup = setup({
  types: { input: {} as PairInput, context: {} as Context, events: {} as PairEvent },
  actors: { failureTone: failureToneMachine },
  actions: {
    command: sendParent((_, { call, command }: { call: CallId; command: CallCommand }) => ({
      type: 'pair.commands',
      call,
      command,
    })),
    reportHears: sendParent(({ context }) => ({ type: 'pair.hears', call: context.current.call })),
    reportSingle: sendParent(({ context }) => ({ type: 'pair.single', survivor: context.current.call })),
    reportLeft: sendParent(({ context }) => ({ type: 'pair.left', survivor: context.other.call })),
    reportJoined: sendParent(({ context }, { ringing }: { ringing: boolean }) => ({
      type: 'pair.joined',
      first: context.current.call,
      second: context.other.call,
      ringing,
    })),
    swap: assign(({ context }) => ({ current: context.other, other: context.current })),
    renew: assign(({ context }) => ({ version: context.version + 1 })),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),

    show: effect<{ user: UserId; call: CallId; slot: NoticeSlot; notice: Notice }>(),
    say: effect<{ user: UserId; notice: Notice }>(),
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    stopTone: effect<{ leg: LegId }>(),
    playMusic: effect<{ leg: LegId }>(),
    connect: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    hearParty: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
  },
  guards: {
    isOfCurrent: ({ context }, { call }: { call: CallId }) => call === context.current.call,
    isOfOther: ({ context }, { call }: { call: CallId }) => call === context.other.call,
    isNow: ({ context }, { version }: { version: number }) => version === context.version,
    isIncoming: ({ context }) => context.other.direction === 'incoming',
  },
});

/** The parallel message: its buttons follow from the state it names. */
export const showParallel = (state: ParallelState) =>
  ({
    type: 'show',
    params: ({ context: { user, current, other, version, second } }: Args) => ({
      user,
      call: second,
      slot: 'parallel' as const,
      notice: { kind: 'parallel' as const, state, current, other, version },
    }),
  }) as const;
export const tellCurrent = (command: CallCommand) =>
  ({ type: 'command', params: ({ context }: Args) => ({ call: context.current.call, command }) }) as const;
export const tellOther = (command: CallCommand) =>
  ({ type: 'command', params: ({ context }: Args) => ({ call: context.other.call, command }) }) as const;
/** The user is with the other one from now on. */
export const changeOver = ['swap', 'reportHears'] as const;

export const connectCurrent = {
  type: 'connect',
  params: ({ context: { voiceLeg, current } }: Args) => ({ voiceLeg, call: current.call }),
} as const;
export const musicToOther = {
  type: 'playMusic',
  params: ({ context }: Args) => ({ leg: context.other.call }),
} as const;
export const playToUser = (tone: ToneName) =>
  ({ type: 'playTone', params: ({ context }: Args) => ({ leg: context.voiceLeg, tone }) }) as const;
export const silenceUserLeg = {
  type: 'stopTone',
  params: ({ context }: Args) => ({ leg: context.voiceLeg }),
} as const;

/** A press under the message as it stands now. */
export const isNow = { type: 'isNow', params: ({ event }: { event: { version: number } }) => event } as const;

type CallEnded = { event: Extract<CallReport, { type: 'call.ended' }> };
export const ofCurrent = { type: 'isOfCurrent', params: ({ event }: { event: { call: CallId } }) => event } as const;
export const ofOther = { type: 'isOfOther', params: ({ event }: { event: { call: CallId } }) => event } as const;
export const noteCause = { type: 'note', params: ({ event }: CallEnded) => event } as const;

/** On `call.ended` of the one the user is with, while the other is held: he is with that one again. */
export const backToHeld = { guard: ofCurrent, target: '#parallelPair.returning', actions: noteCause } as const;
