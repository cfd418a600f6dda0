import { assign, sendParent, setup } from 'xstate';
import type { CallCommand, CallReport } from './call-events.ts';
import { effect } from './effects.ts';
import type { CallLabel } from './model/call-label.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, UserId, VoiceLegId } from './model/ids.ts';
import type { Notice, NoticeSlot } from './model/notices.ts';
import type { ParallelState } from './model/second-call-notices.ts';
import type { ToneName } from './model/tone.ts';
import type { PairEvent, PairInput, PairReport, Standing } from './pair-events.ts';

interface Context extends PairInput {
  /** The call that came beside the first: the parallel message is its. */
  readonly second: CallId;
  /** Of what the parallel message shows: a press made on an older state is told from a new one (D-39). */
  readonly version: number;
}
type Args = { context: Context };

/** What a pair hears, remembers, decides and has done. */
export const pairSetup = setup({
  types: { input: {} as PairInput, context: {} as Context, events: {} as PairEvent },
  actions: {
    command: sendParent((_, { call, command }: { call: CallId; command: CallCommand }) => ({
      type: 'pair.commands',
      call,
      command,
    })),
    reportHears: sendParent(({ context }) => ({ type: 'pair.hears', call: context.current.call })),
    reportConnects: sendParent(({ context }) => ({ type: 'pair.connects', call: context.current.call })),
    reportListens: sendParent(({ context }) => ({ type: 'pair.listens', call: context.current.call })),
    reportJoins: sendParent({ type: 'pair.joins' }),
    reportEnds: sendParent({ type: 'pair.ends' }),
    reportLeft: sendParent((_, left: Omit<Extract<PairReport, { type: 'pair.left' }>, 'type'>) => ({
      type: 'pair.left',
      ...left,
    })),
    reportJoined: sendParent(({ context }, { ringing }: { ringing: boolean }) => ({
      type: 'pair.joined',
      first: context.current.call,
      second: context.other.call,
      ringing,
    })),
    swap: assign(({ context }) => ({ current: context.other, other: context.current })),
    renew: assign(({ context }) => ({ version: context.version + 1 })),
    noteAnnouncement: assign({ announces: true }),

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
    announces: ({ context }) => context.announces,
    isIncoming: ({ context }) => context.other.direction === 'incoming',
    isEarly: ({ context }) => context.early,
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
/** What the one that is being called is told when the user gives it up. */
export const cancelled = { type: 'hangUp', cause: { kind: 'cancelled' } } as const;
/** The user is with the other one from now on. */
export const changeOver = ['swap', 'reportHears'] as const;

export const hearCurrent = {
  type: 'hearParty',
  params: ({ context: { voiceLeg, current } }: Args) => ({ voiceLeg, call: current.call }),
} as const;
export const connectCurrent = [
  {
    type: 'connect',
    params: ({ context: { voiceLeg, current } }: Args) => ({ voiceLeg, call: current.call }),
  },
  'reportConnects',
] as const;
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

type CallEnded = Extract<CallReport, { type: 'call.ended' }>;
export const ofCurrent = { type: 'isOfCurrent', params: ({ event }: { event: { call: CallId } }) => event } as const;
export const ofOther = { type: 'isOfOther', params: ({ event }: { event: { call: CallId } }) => event } as const;

const concluded = (which: 'current' | 'other') =>
  ({
    type: 'conclude',
    params: ({ context, event }: Args & { event: CallEnded }) => ({
      user: context.user,
      label: context[which],
      cause: event.cause,
    }),
  }) as const;
const reported = (survivor: 'current' | 'other', standing: Standing) =>
  ({
    type: 'reportLeft',
    params: ({ context, event }: Args & { event: CallEnded }) => ({
      survivor: context[survivor].call,
      standing: standing === 'called' && context.announces ? ('announced' as const) : standing,
      cause: event.cause,
    }),
  }) as const;

/** On `call.ended` of the one the user is with: the other is left, and stands so. */
export const currentLeaves = (standing: Standing) =>
  ({
    guard: ofCurrent,
    target: '#parallelPair.over',
    actions: [concluded('current'), reported('other', standing)],
  }) as const;
/** On `call.ended` of the other: the one the user is with is left, and stands so. */
export const otherLeaves = (standing: Standing) =>
  ({
    guard: ofOther,
    target: '#parallelPair.over',
    actions: [concluded('other'), reported('current', standing)],
  }) as const;
const sayHeldHungUp = {
  type: 'say',
  params: ({ context: { user, current, other } }: Args) => ({
    user,
    notice: { kind: 'heldHungUp' as const, held: other, current },
  }),
} as const;
/** On `call.ended` of the held one: the user is told, and goes on with what he hears. */
export const heldLeaves = (standing: Standing) => {
  const { actions, ...left } = otherLeaves(standing);
  return { ...left, actions: [sayHeldHungUp, ...actions] } as const;
};

/** On `call.ended` of the one the user is with, while the other is held: he is with that one again. */
export const backToHeld = {
  guard: ofCurrent,
  target: '#parallelPair.over',
  actions: [
    concluded('current'),
    ...changeOver,
    tellCurrent({ type: 'resume' }),
    ...connectCurrent,
    // What was heard and what was held have changed places.
    reported('current', 'heard'),
  ],
} as const;
