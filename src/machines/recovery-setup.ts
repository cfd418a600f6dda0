import { assign } from 'xstate';
import { effect } from './effects.ts';
import type { LostCall } from './model/call-facts.ts';
import type { UserId } from './model/ids.ts';
import type { DeadlineKind } from './softphone-context.ts';
import { softphoneBase } from './softphone-setup.ts';

/** What a softphone does because its process can die, and what the next one does with what is left. */
export const recoveryBase = softphoneBase.extend({
  actions: {
    /** What ends the window of a reconnection should this process die: `deadline.passed` follows. */
    setDeadline: effect<{ user: UserId; kind: DeadlineKind; inMs: number }>(),
    clearDeadline: effect<{ user: UserId; kind: DeadlineKind }>(),
    /** Their parties, where there still are any, are told the end; records are closed, and the user reads how each went. */
    concludeLost: effect<{ user: UserId; lost: readonly LostCall[] }>(),
    forgetCrash: assign({ windowLeftMs: undefined }),
  },
  guards: {
    hasFacts: ({ context }) => context.inHand !== undefined || context.lost.length > 0,
    hasHand: ({ context }) => context.inHand !== undefined,
    userCalls: ({ context }) => context.expected !== undefined,
  },
});
