import { assign, sendParent, setup } from 'xstate';
import type { HangupCause } from './model/hangup-cause.ts';

/** What the window tells its softphone. */
export type WindowReport =
  /** Ring the user now. */
  | { type: 'window.rings' }
  /** What he reads is no longer so: he is rung, or has to call himself. */
  | { type: 'window.tells'; ringing: boolean }
  | { type: 'window.lapsed' };

/** What the window is told. */
export type WindowEvent =
  | { type: 'reconnect' }
  /** The party, whom another host had, is here. */
  | { type: 'party.resumed' }
  | { type: 'ring.ended'; cause: HangupCause }
  | { type: 'deadline.passed' };

export interface WindowInput {
  /** Whether the user is rung, or asked to call (product §10.3). */
  readonly callback: boolean;
  /** What is left of the 60 s: all of it, unless the window is taken up again on another host. */
  readonly leftMs: number;
  /** Another host died: the party has to be taken up first, and the user's devices may still be in the call with that host. */
  readonly afterCrash: boolean;
}

const isRung = { type: 'report', params: { type: 'window.tells', ringing: true } } as const;
const mustCall = { type: 'report', params: { type: 'window.tells', ringing: false } } as const;

/**
 * The time in which a lost voice leg can come back before its call is given up (product §10).
 *
 * Its end is also kept by the softphone's deadline, because timers die with their process; whichever comes first counts.
 */
export const reconnectWindowMachine = setup({
  types: {
    input: {} as WindowInput,
    context: {} as WindowInput & { retryAfterMs: number },
    events: {} as WindowEvent,
  },
  actions: {
    report: sendParent((_, report: WindowReport) => report),
    noteWait: assign((_, { cause }: { cause: HangupCause }) => ({
      retryAfterMs: cause.kind === 'flood' ? cause.retryAfterMs : 0,
    })),
  },
  guards: {
    ringsUser: ({ context }) => context.callback,
    awaitsParty: ({ context }) => context.afterCrash,
    isDecline: ({ context }, { cause }: { cause: HangupCause }) =>
      cause.kind === 'declined' || (cause.kind === 'busy' && !context.afterCrash),
    mustWait: (_, { cause }: { cause: HangupCause }) => cause.kind === 'flood',
    cannotRing: (_, { cause }: { cause: HangupCause }) => cause.kind === 'privacy' || cause.kind === 'blocked',
  },
  delays: {
    window: ({ context }) => context.leftMs,
    // Long enough for a phone that changes networks to be there again.
    pause: 2_000,
    floodWait: ({ context }) => context.retryAfterMs,
  },
}).createMachine({
  id: 'reconnectWindow',
  context: ({ input }) => ({ ...input, retryAfterMs: 0 }),
  initial: 'open',
  states: {
    open: {
      initial: 'opening',
      after: { window: 'lapsed' },
      on: {
        'deadline.passed': 'lapsed',
        reconnect: { target: '.ringing', actions: isRung },
      },
      states: {
        opening: { always: [{ guard: 'awaitsParty', target: 'awaitingParty' }, { target: 'inviting' }] },
        awaitingParty: { on: { reconnect: {}, 'party.resumed': 'inviting' } },
        inviting: { always: [{ guard: 'ringsUser', target: 'ringing' }, { target: 'awaitingUser' }] },
        ringing: {
          entry: { type: 'report', params: { type: 'window.rings' } },
          on: {
            reconnect: {},
            'ring.ended': [
              {
                guard: { type: 'isDecline', params: ({ event }) => event },
                target: 'declined',
                actions: mustCall,
              },
              {
                guard: { type: 'mustWait', params: ({ event }) => event },
                target: 'floodWaiting',
                actions: [{ type: 'noteWait', params: ({ event }) => event }, mustCall],
              },
              {
                guard: { type: 'cannotRing', params: ({ event }) => event },
                target: 'awaitingUser',
                actions: mustCall,
              },
              { target: 'pausing' },
            ],
          },
        },
        pausing: { on: { reconnect: 'ringing' }, after: { pause: 'ringing' } },
        declined: { description: 'Declining is not hanging up (D-33): the window runs on in silence.' },
        floodWaiting: {
          description: 'Telegram lets nobody be rung for so long, by the button neither (product §14.3).',
          on: { reconnect: {} },
          after: { floodWait: { target: 'ringing', actions: isRung } },
        },
        awaitingUser: {},
      },
    },
    lapsed: { type: 'final', entry: { type: 'report', params: { type: 'window.lapsed' } } },
  },
});
