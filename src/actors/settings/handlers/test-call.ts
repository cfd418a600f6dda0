import type { LineId, UserId } from '../../../machines/model/ids.ts';
import type { TestCallOutcome } from '../../../machines/model/settings.ts';
import type { LineBook } from '../../ports/line-book.ts';
import type { Standings } from '../../ports/standings.ts';
import type { PressHandlers } from '../handlers.ts';
import type { Screens } from '../parts.ts';
import { forOwner, lineScreen } from './owned.ts';

export interface TestCallParts {
  readonly lines: LineBook;
  readonly screens: Screens;
  readonly standings: Standings;
  /** Rings the user and calls the line's own number through its PBX. `busy`: he has a call already. */
  startTestCall(user: UserId, line: LineId): Promise<Extract<TestCallOutcome, 'started' | 'busy' | 'restarting'>>;
}

/** A line calls itself, and its owner hears how that sounds (product §16, B-14). */
export const testCallHandlers = (parts: TestCallParts): PressHandlers<'test-call'> => ({
  'test-call': (visitor, press) =>
    forOwner(parts, visitor, press.line, async ({ id, user }) => {
      const outcome = async (): Promise<TestCallOutcome> => {
        if (user !== visitor.user) return 'assigned';
        if (parts.standings.of(id).reachability.state !== 'reachable') return 'not-registered';
        return parts.startTestCall(visitor.user, id);
      };
      return lineScreen(parts, visitor, id, { kind: 'test-call', outcome: await outcome() });
    }),
});
