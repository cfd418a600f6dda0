import { sendParent, setup } from 'xstate';
import type { HangupCause } from './model/hangup-cause.ts';

/** What the window tells its softphone. */
export type WindowReport =
  /** Ring the user now. */
  | { type: 'window.rings' }
  /** He cannot be rung, although he was to be: ask him to call. */
  | { type: 'window.prompts' }
  | { type: 'window.lapsed' };

/** What the window is told. */
export type WindowEvent =
  | { type: 'reconnect' }
  | { type: 'ring.ended'; cause: HangupCause }
  | { type: 'deadline.passed' };

export interface WindowInput {
  /** Whether the user is rung, or asked to call (product §10.3). */
  readonly callback: boolean;
  /** What is left of the 60 s: all of it, unless the window is taken up again on another host. */
  readonly leftMs: number;
}

/**
 * The time in which a lost voice leg can come back before its call is given up (product §10).
 *
 * Its end is also kept by the softphone's deadline, because timers die with their process; whichever comes first counts.
 */
export const reconnectWindowMachine = setup({
  types: {
    input: {} as WindowInput,
    context: {} as WindowInput,
    events: {} as WindowEvent,
  },
  actions: {
    report: sendParent((_, report: WindowReport) => report),
  },
  guards: {
    ringsUser: ({ context }) => context.callback,
    isDecline: (_, { cause }: { cause: HangupCause }) => cause.kind === 'declined' || cause.kind === 'busy',
    cannotRing: (_, { cause }: { cause: HangupCause }) => cause.kind === 'privacy' || cause.kind === 'blocked',
  },
  delays: {
    window: ({ context }) => context.leftMs,
    // Long enough for a phone that changes networks to be there again.
    pause: 2_000,
  },
}).createMachine({
  id: 'reconnectWindow',
  context: ({ input }) => input,
  initial: 'open',
  states: {
    open: {
      initial: 'opening',
      after: { window: 'lapsed' },
      on: {
        'deadline.passed': 'lapsed',
        reconnect: '.ringing',
      },
      states: {
        opening: { always: [{ guard: 'ringsUser', target: 'ringing' }, { target: 'awaitingUser' }] },
        ringing: {
          entry: { type: 'report', params: { type: 'window.rings' } },
          on: {
            reconnect: {},
            'ring.ended': [
              { guard: { type: 'isDecline', params: ({ event }) => event }, target: 'declined' },
              {
                guard: { type: 'cannotRing', params: ({ event }) => event },
                target: 'awaitingUser',
                actions: { type: 'report', params: { type: 'window.prompts' } },
              },
              { target: 'pausing' },
            ],
          },
        },
        pausing: { after: { pause: 'ringing' } },
        declined: { description: 'Declining is not hanging up (D-33): the window runs on in silence.' },
        awaitingUser: {},
      },
    },
    lapsed: { type: 'final', entry: { type: 'report', params: { type: 'window.lapsed' } } },
  },
});
