import { assign, sendParent, setup } from 'xstate';
import type { CallCommand, CallReport } from './call.ts';
import { effect } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, UserId, VoiceLegId } from './model/ids.ts';
import type { CallLabel, Notice, NoticeSlot, ParallelState } from './model/notices.ts';
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

export interface PairInput {
  readonly user: UserId;
  readonly voiceLeg: VoiceLegId;
  /** The call the user is in. */
  readonly current: CallLabel;
  /** incoming: it waits; outgoing: it is being called. */
  readonly other: CallLabel;
}

interface Context extends PairInput {
  /** Of what the parallel message shows: a press made on an older state is told from a new one (D-39). */
  readonly version: number;
  readonly cause: HangupCause;
}
type Args = { context: Context };

const parallel =
  (state: ParallelState) =>
  ({ context: { user, current, other, version } }: Args) => ({
    user,
    call: (current.startedAt <= other.startedAt ? other : current).call,
    slot: 'parallel' as const,
    notice: { kind: 'parallel' as const, state, current, other, version },
  });
const toCurrent =
  (command: CallCommand) =>
  ({ context }: Args) => ({ call: context.current.call, command });
const toOther =
  (command: CallCommand) =>
  ({ context }: Args) => ({ call: context.other.call, command });
const withCurrent = ({ context: { voiceLeg, current } }: Args) => ({ voiceLeg, call: current.call });
const musicToOther = ({ context: { other } }: Args) => ({ leg: other.call as LegId });

/** A user's current and second call, with Transfer, Switch, Decline and End (product §9). */
export const parallelPairMachine = setup({
  types: {
    input: {} as PairInput,
    context: {} as Context,
    events: {} as { type: 'switch' | 'transfer' | 'decline' | 'end'; version: number } | CallReport,
  },
  actions: {
    command: sendParent((_, { call, command }: { call: CallId; command: CallCommand }) => ({
      type: 'pair.commands',
      call,
      command,
    })),
    reportSingle: sendParent(({ context }) => ({ type: 'pair.single', survivor: context.current.call })),
    reportLeft: sendParent(({ context }) => ({ type: 'pair.left', survivor: context.other.call })),
    reportJoined: sendParent(({ context }, { ringing }: { ringing: boolean }) => ({
      type: 'pair.joined',
      first: context.current.call,
      second: context.other.call,
      ringing,
    })),
    reportHears: sendParent(({ context }) => ({ type: 'pair.hears', call: context.current.call })),
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
    isBusy: ({ context }) => context.cause.kind === 'busy',
  },
  delays: { busyTone: 4_000, congestionTone: 3_000 },
}).createMachine({
  id: 'parallelPair',
  context: ({ input }) => ({ ...input, version: 1, cause: { kind: 'normal' } }),
  initial: 'fresh',
  states: {
    fresh: { always: [{ guard: 'isIncoming', target: 'waiting' }, { target: 'calling' }] },
    waiting: {
      description: 'The second party hears ringback; the user hears beeps in his talk.',
      entry: [
        { type: 'show', params: parallel('waiting') },
        { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'second-call' }) },
      ],
      exit: [{ type: 'stopTone', params: ({ context }) => ({ leg: context.voiceLeg }) }, 'renew'],
      on: {
        switch: {
          guard: { type: 'isNow', params: ({ event }) => event },
          target: 'answering.toTalk',
          actions: [{ type: 'command', params: toCurrent({ type: 'hold' }) }, 'swap', 'reportHears'],
        },
        transfer: { guard: { type: 'isNow', params: ({ event }) => event }, target: 'answering.toJoin' },
        decline: {
          guard: { type: 'isNow', params: ({ event }) => event },
          target: 'declining',
        },
        'call.ended': [
          {
            guard: { type: 'isOfOther', params: ({ event }) => event },
            target: 'single',
            actions: { type: 'note', params: ({ event }) => event },
          },
          { target: 'left', actions: { type: 'note', params: ({ event }) => event } },
        ],
      },
    },
    declining: {
      entry: { type: 'command', params: toOther({ type: 'hangUp', cause: { kind: 'declined' } }) },
      on: {
        'call.ended': [
          {
            guard: { type: 'isOfOther', params: ({ event }) => event },
            target: 'single',
            actions: { type: 'note', params: ({ event }) => event },
          },
          { target: 'left' },
        ],
      },
    },
    answering: {
      description: 'The second party gets its 200; its ACK is awaited.',
      states: {
        toTalk: {
          entry: { type: 'command', params: toCurrent({ type: 'answer' }) },
          on: {
            'call.answered': {
              guard: { type: 'isOfCurrent', params: ({ event }) => event },
              target: '#parallelPair.held',
            },
            'call.ended': [
              // The one to be answered left: back to the first, which is on hold.
              {
                guard: { type: 'isOfCurrent', params: ({ event }) => event },
                target: '#parallelPair.returning',
                actions: ['swap', 'reportHears', { type: 'note', params: ({ event }) => event }],
              },
              { target: '#parallelPair.single', actions: { type: 'note', params: ({ event }) => event } },
            ],
          },
        },
        toJoin: {
          entry: { type: 'command', params: toOther({ type: 'answer' }) },
          on: {
            'call.answered': {
              guard: { type: 'isOfOther', params: ({ event }) => event },
              target: '#parallelPair.joined',
              actions: { type: 'reportJoined', params: { ringing: false } },
            },
            'call.ended': [
              {
                guard: { type: 'isOfOther', params: ({ event }) => event },
                target: '#parallelPair.single',
                actions: { type: 'note', params: ({ event }) => event },
              },
              { target: '#parallelPair.left' },
            ],
          },
        },
      },
      initial: 'toTalk',
    },
    calling: {
      description: 'The second party is being called; the user talks to the first, or listens to the second.',
      initial: 'unheard',
      states: {
        unheard: {
          entry: { type: 'show', params: parallel('ringing') },
          exit: 'renew',
          on: {
            switch: {
              guard: { type: 'isNow', params: ({ event }) => event },
              target: 'heard',
              actions: [
                { type: 'command', params: toCurrent({ type: 'hold' }) },
                { type: 'playMusic', params: ({ context }) => ({ leg: context.current.call }) },
                'swap',
                'reportHears',
              ],
            },
            'call.answered': {
              guard: { type: 'isOfOther', params: ({ event }) => event },
              target: '#parallelPair.held.unasked',
              actions: [
                { type: 'command', params: toOther({ type: 'hold' }) },
                { type: 'playMusic', params: musicToOther },
                { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'back-on-line' }) },
              ],
            },
            'call.ended': [
              {
                guard: { type: 'isOfOther', params: ({ event }) => event },
                target: '#parallelPair.single',
                actions: { type: 'note', params: ({ event }) => event },
              },
              { target: '#parallelPair.left' },
            ],
          },
        },
        heard: {
          entry: [
            { type: 'show', params: parallel('listening') },
            { type: 'hearParty', params: withCurrent },
            { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'ringback' }) },
          ],
          exit: ['renew', { type: 'stopTone', params: ({ context }) => ({ leg: context.voiceLeg }) }],
          on: {
            switch: {
              guard: { type: 'isNow', params: ({ event }) => event },
              target: 'unheard',
              actions: [
                'swap',
                'reportHears',
                { type: 'command', params: toCurrent({ type: 'resume' }) },
                { type: 'connect', params: withCurrent },
              ],
            },
            'call.earlyMedia': {
              guard: { type: 'isOfCurrent', params: ({ event }) => event },
              actions: { type: 'stopTone', params: ({ context }) => ({ leg: context.voiceLeg }) },
            },
            'call.answered': {
              guard: { type: 'isOfCurrent', params: ({ event }) => event },
              target: '#parallelPair.held',
            },
            'call.ended': [
              {
                guard: { type: 'isOfCurrent', params: ({ event }) => event },
                target: '#parallelPair.failing',
                actions: { type: 'note', params: ({ event }) => event },
              },
              { target: '#parallelPair.single', actions: { type: 'note', params: ({ event }) => event } },
            ],
          },
        },
      },
      on: {
        end: [{ guard: ({ context, event }) => event.version !== context.version }, { target: 'cancelling' }],
        transfer: [
          { guard: ({ context, event }) => event.version !== context.version },
          {
            guard: ({ context }) => context.current.startedAt > context.other.startedAt,
            target: 'joined',
            actions: [
              'swap',
              'reportHears',
              { type: 'command', params: toCurrent({ type: 'resume' }) },
              { type: 'reportJoined', params: { ringing: true } },
            ],
          },
          { target: 'joined', actions: { type: 'reportJoined', params: { ringing: true } } },
        ],
      },
    },
    held: {
      description: 'Both have answered: one is heard, the other hears music.',
      initial: 'asked',
      exit: 'renew',
      on: {
        switch: {
          guard: { type: 'isNow', params: ({ event }) => event },
          target: '.asked',
          actions: [
            { type: 'command', params: toCurrent({ type: 'hold' }) },
            'swap',
            'reportHears',
            'renew',
            { type: 'command', params: toCurrent({ type: 'resume' }) },
          ],
        },
        transfer: {
          guard: { type: 'isNow', params: ({ event }) => event },
          target: 'joined',
          actions: [
            { type: 'command', params: toOther({ type: 'resume' }) },
            { type: 'reportJoined', params: { ringing: false } },
          ],
        },
        end: { guard: { type: 'isNow', params: ({ event }) => event }, target: 'endingCurrent' },
        'call.ended': [
          {
            guard: { type: 'isOfCurrent', params: ({ event }) => event },
            target: 'returning',
            actions: [
              'swap',
              'reportHears',
              { type: 'note', params: ({ event }) => event },
              { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'back-on-line' }) },
            ],
          },
          {
            target: 'single',
            actions: [
              { type: 'note', params: ({ event }) => event },
              {
                type: 'say',
                params: ({ context: { user, current, other } }) => ({
                  user,
                  notice: { kind: 'heldHungUp', held: other, current },
                }),
              },
            ],
          },
        ],
      },
      states: {
        asked: {
          entry: [
            { type: 'show', params: parallel('held') },
            { type: 'connect', params: withCurrent },
            { type: 'playMusic', params: musicToOther },
          ],
        },
        unasked: {
          description: 'The second party answered before the user switched to it (D-52).',
          entry: { type: 'show', params: parallel('answered') },
        },
      },
    },
    endingCurrent: {
      entry: { type: 'command', params: toCurrent({ type: 'hangUp', cause: { kind: 'normal' } }) },
      on: {
        'call.ended': [
          {
            guard: { type: 'isOfCurrent', params: ({ event }) => event },
            target: 'returning',
            actions: ['swap', 'reportHears', { type: 'note', params: ({ event }) => event }],
          },
          { target: 'single', actions: { type: 'note', params: ({ event }) => event } },
        ],
      },
    },
    cancelling: {
      description: 'The second attempt is given up (D-28).',
      entry: {
        type: 'command',
        params: ({ context: { current, other } }) => ({
          call: (current.startedAt > other.startedAt ? current : other).call,
          command: { type: 'hangUp', cause: { kind: 'cancelled' } },
        }),
      },
      on: {
        'call.ended': [
          {
            guard: { type: 'isOfCurrent', params: ({ event }) => event },
            target: 'returning',
            actions: ['swap', 'reportHears', { type: 'note', params: ({ event }) => event }],
          },
          { target: 'single', actions: { type: 'note', params: ({ event }) => event } },
        ],
      },
    },
    failing: {
      description: 'The user listened to the second attempt, and hears why there is nobody; then the first is back.',
      initial: 'choosing',
      on: { 'call.ended': { target: 'single', actions: [{ type: 'note', params: ({ event }) => event }] } },
      states: {
        choosing: { always: [{ guard: 'isBusy', target: 'busy' }, { target: 'congested' }] },
        busy: {
          entry: { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'busy' }) },
          after: { busyTone: { target: '#parallelPair.returning', actions: ['swap', 'reportHears'] } },
        },
        congested: {
          entry: { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'congestion' }) },
          after: { congestionTone: { target: '#parallelPair.returning', actions: ['swap', 'reportHears'] } },
        },
      },
    },
    returning: {
      description: 'The held party is the only one now.',
      entry: [
        { type: 'command', params: toCurrent({ type: 'resume' }) },
        { type: 'connect', params: withCurrent },
      ],
      always: 'single',
    },
    single: {
      type: 'final',
      entry: [
        {
          type: 'conclude',
          params: ({ context: { user, other, cause } }) => ({ user, label: other, cause }),
        },
        'reportSingle',
      ],
    },
    left: { type: 'final', entry: 'reportLeft' },
    joined: { type: 'final' },
  },
});
