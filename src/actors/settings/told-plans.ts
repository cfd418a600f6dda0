import type { Faults } from '../ports/faults.ts';
import type { Plans } from '../ports/plans.ts';
import type { Saying } from './handlers.ts';

/**
 * The same plans for those who make and take calls: when one is refused, the owner of the line is told of the limit, once
 * for each limit and period (product §3.10). Nobody waits for it.
 */
export const toldPlans = (
  plans: Plans,
  { say, faults }: { readonly say: (saying: Saying) => Promise<unknown>; readonly faults: Faults },
): Plans => ({
  planOf: (owner) => plans.planOf(owner),
  count: (owner, ended) => plans.count(owner, ended),
  firstToldOf: (owner, reason, at) => plans.firstToldOf(owner, reason, at),
  async refusalOf(owner, line, at) {
    const limit = await plans.refusalOf(owner, line, at);
    if (limit) {
      void (async () => {
        if (await plans.firstToldOf(owner, limit.reason, at))
          await say({ to: owner, notice: { kind: 'plan-limit', limit } });
      })().catch((error: unknown) => faults.report('notice of a plan limit', error));
    }
    return limit;
  },
});
