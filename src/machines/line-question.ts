import { assign, setup } from 'xstate';
import { effect } from './effects.ts';
import type { CallId, UserId } from './model/ids.ts';
import type { LineChoice } from './model/line-choice.ts';
import type { Notice } from './model/notices.ts';

export interface LineQuestionInput {
  readonly user: UserId;
  readonly call: CallId;
  /** As the user typed it. */
  readonly number: string;
  readonly choices: readonly LineChoice[];
}

/** Which line a number goes out on, where several fit (product §5.2). */
export const lineQuestionMachine = setup({
  types: {
    input: {} as LineQuestionInput,
    context: {} as LineQuestionInput & { chosen: LineChoice | undefined },
    events: {} as { type: 'chosen'; choice: number } | { type: 'cancelled' } | { type: 'replaced' },
  },
  actions: {
    show: effect<{ user: UserId; call: CallId; notice: Notice }>(),
    dial: effect<{ user: UserId; call: CallId; number: string; choice: LineChoice }>(),
    choose: assign(({ context }, { choice }: { choice: number }) => ({ chosen: context.choices[choice] })),
  },
  guards: { isOffered: ({ context }, { choice }: { choice: number }) => context.choices[choice] !== undefined },
  delays: { answer: 60_000 },
}).createMachine({
  id: 'lineQuestion',
  context: ({ input }) => ({ ...input, chosen: undefined }),
  initial: 'open',
  states: {
    open: {
      entry: {
        type: 'show',
        params: ({ context: { user, call, number, choices } }) => ({
          user,
          call,
          notice: { kind: 'lineQuestion', number, lines: choices.map(({ lineName }) => lineName) },
        }),
      },
      on: {
        chosen: {
          guard: { type: 'isOffered', params: ({ event }) => event },
          target: 'answered',
          actions: { type: 'choose', params: ({ event }) => event },
        },
        cancelled: { target: 'closed', actions: { type: 'show', params: closed('cancelled') } },
        replaced: { target: 'closed', actions: { type: 'show', params: closed('replaced') } },
      },
      after: { answer: { target: 'closed', actions: { type: 'show', params: closed('expired') } } },
    },
    answered: {
      type: 'final',
      entry: {
        type: 'dial',
        params: ({ context: { user, call, number, chosen } }) => ({ user, call, number, choice: chosen as LineChoice }),
      },
    },
    closed: { type: 'final' },
  },
});

function closed(why: 'expired' | 'replaced' | 'cancelled') {
  return ({ context: { user, call, number } }: { context: LineQuestionInput }) => ({
    user,
    call,
    notice: { kind: 'lineQuestionClosed' as const, number, why },
  });
}
