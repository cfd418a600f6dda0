import { assign, cancel, raise, setup } from 'xstate';
import { type CallLimitReport, callLimitMachine } from './call-limit.ts';
import { effect, facts } from './effects.ts';
import type { CallLabel } from './model/call-label.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, UserId } from './model/ids.ts';
import type { CallInHand, JoinedParties } from './model/softphone.ts';
import type { ToneName } from './model/tone.ts';

/** What the two SIP legs below tell. */
export type BridgeFact =
  | { type: 'first.answered' }
  | { type: 'first.hungUp'; cause: HangupCause }
  | { type: 'first.silent' | 'first.heard' }
  | { type: 'second.answered' }
  | { type: 'second.hungUp'; cause: HangupCause }
  | { type: 'second.silent' | 'second.heard' };

export interface BridgeInput extends JoinedParties {
  readonly user: UserId;
  /** What is left of the limit of each, in ms; undefined: none. */
  readonly leftMs: { readonly first: number | undefined; readonly second: number | undefined };
}

const answered = (which: 'first' | 'second') =>
  ({
    type: 'logAnswered',
    params: ({ context }: { context: BridgeInput }) => ({ call: context[which].label.call }),
  }) as const;

const note = (cause: HangupCause) => ({ type: 'note', params: { cause } }) as const;
/** With the first one's own end, which is awaited. */
const hangUpSecond = {
  type: 'hangUpParty',
  params: ({ context }: { context: { second: CallInHand; cause: HangupCause } }) => ({
    call: context.second.label.call,
    cause: context.cause,
  }),
} as const;
const bothEnd = (cause: HangupCause) =>
  ({ target: '#bridge.ending.first', actions: [note(cause), hangUpSecond] }) as const;
const timeIsUp = {
  target: '#bridge.ending.first',
  actions: [
    note({ kind: 'normal' }),
    hangUpSecond,
    { type: 'sayTimeUp', params: ({ context }: { context: BridgeInput }) => context },
  ],
} as const;
const isLost = bothEnd({ kind: 'connection-lost' });
const warn = (which: 'first' | 'second') =>
  ({
    type: 'playTone',
    params: ({ context }: { context: BridgeInput }) => ({
      leg: context[which].label.call,
      tone: 'limit-warning' as const,
    }),
  }) as const;

/** Two parties whom a user has joined by Transfer, and who talk without him (product §9). */
export const bridgeMachine = setup({
  types: {
    input: {} as BridgeInput,
    context: {} as BridgeInput & { cause: HangupCause },
    events: {} as BridgeFact | CallLimitReport | { type: 'first.lost' | 'second.lost' | 'shutdown' },
  },
  actors: { legFacts: facts<BridgeFact, { first: CallId; second: CallId }>(), limit: callLimitMachine },
  actions: {
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    awaitFirst: raise({ type: 'first.lost' }, { id: 'first', delay: 'lossDetection' }),
    awaitSecond: raise({ type: 'second.lost' }, { id: 'second', delay: 'lossDetection' }),
    join: effect<{ first: CallId; second: CallId }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    hangUpParty: effect<{ call: CallId; cause: HangupCause }>(),
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
    logAnswered: effect<{ call: CallId }>(),
    sayTimeUp: effect<BridgeInput>(),
    /** The second party was not reached: the user gets the first back, if he can. */
    recall: effect<{ user: UserId; call: CallInHand; second: CallLabel; cause: HangupCause }>(),
  },
  guards: { isRinging: ({ context }) => context.ringing },
  delays: {
    endOverdue: 40_000,
    // 30 s without RTP in all; the media plane speaks up after the first two (product §13).
    lossDetection: 28_000,
  },
}).createMachine({
  id: 'bridge',
  context: ({ input }) => ({ ...input, cause: { kind: 'normal' } }),
  invoke: [
    {
      id: 'legFacts',
      src: 'legFacts',
      input: ({ context }) => ({ first: context.first.label.call, second: context.second.label.call }),
    },
    { id: 'firstLimit', src: 'limit', input: ({ context }) => ({ limitMs: context.leftMs.first }) },
  ],
  initial: 'fresh',
  on: {
    // Its ACK may come after the user has left.
    'first.answered': { actions: answered('first') },
    'first.hungUp': { target: '.ending.second', actions: { type: 'note', params: ({ event }) => event } },
    'second.hungUp': { target: '.ending.first', actions: { type: 'note', params: ({ event }) => event } },
    'first.silent': { actions: [cancel('first'), 'awaitFirst'] },
    'first.heard': { actions: cancel('first') },
    'second.silent': { actions: [cancel('second'), 'awaitSecond'] },
    'second.heard': { actions: cancel('second') },
    shutdown: bothEnd({ kind: 'shutdown' }),
  },
  states: {
    fresh: { always: [{ guard: 'isRinging', target: 'ringing' }, { target: 'joined' }] },
    ringing: {
      description: 'The first party hears ringback while the second is called.',
      entry: { type: 'playTone', params: ({ context }) => ({ leg: context.first.label.call, tone: 'ringback' }) },
      on: {
        'limit.reached': timeIsUp,
        // It may still be on hold, when silence is no loss.
        'first.lost': { actions: 'awaitFirst' },
        'second.answered': { target: 'joined', actions: answered('second') },
        'second.hungUp': {
          target: 'recalled',
          actions: {
            type: 'recall',
            params: ({ context: { user, first, second }, event }) => ({
              user,
              call: first,
              second: second.label,
              cause: event.cause,
            }),
          },
        },
      },
    },
    joined: {
      invoke: { id: 'secondLimit', src: 'limit', input: ({ context }) => ({ limitMs: context.leftMs.second }) },
      on: {
        // Joined before its ACK had come.
        'second.answered': { actions: answered('second') },
        'limit.near': { actions: [warn('first'), warn('second')] },
        'limit.reached': timeIsUp,
        'first.lost': isLost,
        'second.lost': isLost,
      },
      entry: {
        type: 'join',
        params: ({ context }) => ({ first: context.first.label.call, second: context.second.label.call }),
      },
    },
    ending: {
      states: {
        first: {
          entry: {
            type: 'hangUpParty',
            params: ({ context }) => ({ call: context.first.label.call, cause: context.cause }),
          },
          on: { 'first.hungUp': '#bridge.over', 'second.hungUp': {} },
        },
        second: {
          entry: {
            type: 'hangUpParty',
            params: ({ context }) => ({ call: context.second.label.call, cause: context.cause }),
          },
          on: { 'second.hungUp': '#bridge.over', 'first.hungUp': {} },
        },
      },
      initial: 'first',
      on: { shutdown: {} },
      after: { endOverdue: 'over' },
    },
    over: {
      type: 'final',
      entry: [
        {
          type: 'conclude',
          params: ({ context }) => ({ user: context.user, label: context.first.label, cause: context.cause }),
        },
        {
          type: 'conclude',
          params: ({ context }) => ({ user: context.user, label: context.second.label, cause: context.cause }),
        },
      ],
    },
    recalled: { type: 'final' },
  },
});
