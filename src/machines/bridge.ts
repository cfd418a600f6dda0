import { assign, setup } from 'xstate';
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
  | { type: 'second.answered' }
  | { type: 'second.hungUp'; cause: HangupCause };

export interface BridgeInput extends JoinedParties {
  readonly user: UserId;
}

const answered = (which: 'first' | 'second') =>
  ({
    type: 'logAnswered',
    params: ({ context }: { context: BridgeInput }) => ({ call: context[which].label.call }),
  }) as const;

/** Two parties whom a user has joined by Transfer, and who talk without him (product §9). */
export const bridgeMachine = setup({
  types: {
    input: {} as BridgeInput,
    context: {} as BridgeInput & { cause: HangupCause },
    events: {} as BridgeFact | { type: 'shutdown' },
  },
  actors: { legFacts: facts<BridgeFact, { first: CallId; second: CallId }>() },
  actions: {
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    join: effect<{ first: CallId; second: CallId }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    hangUpParty: effect<{ call: CallId; cause: HangupCause }>(),
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
    logAnswered: effect<{ call: CallId }>(),
    /** The second party was not reached: the user is rung, the first waits. */
    recall: effect<{ user: UserId; call: CallInHand; second: CallLabel; cause: HangupCause }>(),
  },
  guards: { isRinging: ({ context }) => context.ringing },
  delays: { endOverdue: 40_000 },
}).createMachine({
  id: 'bridge',
  context: ({ input }) => ({ ...input, cause: { kind: 'normal' } }),
  invoke: {
    id: 'legFacts',
    src: 'legFacts',
    input: ({ context }) => ({ first: context.first.label.call, second: context.second.label.call }),
  },
  initial: 'fresh',
  on: {
    // Its ACK may come after the user has left.
    'first.answered': { actions: answered('first') },
    'first.hungUp': { target: '.ending.second', actions: { type: 'note', params: ({ event }) => event } },
    'second.hungUp': { target: '.ending.first', actions: { type: 'note', params: ({ event }) => event } },
    shutdown: {
      target: '.ending.first',
      actions: [
        { type: 'note', params: { cause: { kind: 'shutdown' } } },
        {
          type: 'hangUpParty',
          params: ({ context }) => ({ call: context.second.label.call, cause: { kind: 'shutdown' } }),
        },
      ],
    },
  },
  states: {
    fresh: { always: [{ guard: 'isRinging', target: 'ringing' }, { target: 'joined' }] },
    ringing: {
      description: 'The first party hears ringback while the second is called.',
      entry: { type: 'playTone', params: ({ context }) => ({ leg: context.first.label.call, tone: 'ringback' }) },
      on: {
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
      // Joined before its ACK had come.
      on: { 'second.answered': { actions: answered('second') } },
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
