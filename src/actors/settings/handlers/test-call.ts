import type { TestCallOutcome } from '../../../machines/model/settings.ts';
import type { PressHandlers } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { forOwner, lineScreen } from './owned.ts';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'standings' | 'startTestCall'>;

/** A line calls itself, and its owner hears how that sounds (product §16, B-14). */
export const testCallHandlers = (parts: Parts): PressHandlers<'test-call'> => ({
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
