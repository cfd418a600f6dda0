import type { EpochMs, UserId } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { WorkerKind } from '../../../machines/model/settings-screens.ts';
import type { Plan } from '../../ports/plans.ts';
import type { Template } from '../../ports/templates.ts';
import { isFree, type Worker } from '../../ports/workers.ts';

/** A worker that is silent for longer is taken for failed (product §13). */
export const silentMs = 15_000;

export const isHealthy = ({ seenAt, switchedOff }: Worker, at: EpochMs): boolean =>
  !switchedOff && at - seenAt <= silentMs;

/** Whether somebody's line with this template may be put on a worker (product §3.6). */
export function isOffered(
  worker: Worker,
  owner: UserId,
  plan: Pick<Plan, 'paidWorkers'>,
  template: Pick<Template, 'workers'> | undefined,
): boolean {
  if (!plan.paidWorkers) return isFree(worker);
  if (worker.kind === 'private') return worker.owner === owner;
  return worker.kind !== 'operator' || template?.workers.includes(worker.id) === true;
}

/**
 * What Auto chooses (D-05): the healthy ones that plan and template allow; the owner's own first, then the operator's, then
 * official ones; among equals the nearest to the registrar, then the least busy. Never one shared by somebody else: he
 * would hear the calls. `rttMs`: to the line's registrar, where it was measured.
 */
export function autoWorker(
  line: Pick<OwnedLine, 'owner'>,
  template: Pick<Template, 'workers'> | undefined,
  workers: readonly Worker[],
  plan: Pick<Plan, 'paidWorkers'>,
  rttMs: (worker: string) => number | undefined,
  at: EpochMs,
): Worker | undefined {
  const order = (worker: Worker): readonly number[] => [
    preference[worker.kind],
    rttMs(worker.id) ?? Number.MAX_SAFE_INTEGER,
    worker.load,
  ];
  return workers
    .filter(
      (worker) => worker.kind !== 'shared' && isHealthy(worker, at) && isOffered(worker, line.owner, plan, template),
    )
    .toSorted((a, b) => firstDifference(order(a), order(b)) || (a.id < b.id ? -1 : 1))[0];
}

/** Smaller is better. */
const preference: Readonly<Record<WorkerKind, number>> = { private: 0, operator: 1, official: 2, shared: 3 };

const firstDifference = (one: readonly number[], other: readonly number[]): number =>
  one.map((value, place) => value - (other[place] ?? 0)).find((difference) => difference !== 0) ?? 0;
