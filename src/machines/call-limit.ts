import { sendParent, setup } from 'xstate';

/** What a call hears of its limit. */
export type CallLimitReport = { type: 'limit.near' } | { type: 'limit.reached' };

export interface CallLimitInput {
  /** undefined: none. */
  readonly limitMs: number | undefined;
}

/** How long before the end the user is warned (product §11). */
const warningMs = 10_000;

/** The longest call that the plan of the line's owner allows, from the answer on. */
export const callLimitMachine = setup({
  types: { input: {} as CallLimitInput, context: {} as { limitMs: number } },
  actions: {
    report: sendParent((_, { type }: CallLimitReport) => ({ type })),
  },
  guards: { isLimited: ({ context }) => Number.isFinite(context.limitMs) },
  delays: {
    warning: ({ context }) => Math.max(0, context.limitMs - warningMs),
    rest: ({ context }) => Math.min(context.limitMs, warningMs),
  },
}).createMachine({
  id: 'callLimit',
  context: ({ input }) => ({ limitMs: input.limitMs ?? Number.POSITIVE_INFINITY }),
  initial: 'fresh',
  states: {
    fresh: { always: [{ guard: 'isLimited', target: 'running' }, { target: 'unlimited' }] },
    running: { after: { warning: 'ending' } },
    ending: {
      entry: { type: 'report', params: { type: 'limit.near' } },
      after: { rest: 'reached' },
    },
    reached: {
      description: 'The call ends, and this with it.',
      entry: { type: 'report', params: { type: 'limit.reached' } },
    },
    unlimited: {},
  },
});
