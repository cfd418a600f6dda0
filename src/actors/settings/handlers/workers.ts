import type { EpochMs, LineId, UserId } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Screen, WorkerKind, WorkerShown } from '../../../machines/model/settings-screens.ts';
import type { Template } from '../../ports/templates.ts';
import type { Worker } from '../../ports/workers.ts';
import { withEdits } from '../fields/field.ts';
import type { PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { autoWorker, isHealthy, isOffered } from './auto-worker.ts';
import { forOwner } from './owned.ts';

/**
 * The worker that is this host. So far it carries every line: the others of the list cannot be reached yet, and people are told
 * so wherever their choice would say otherwise.
 */
export const carrierId = 'host';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'workers' | 'templates' | 'plans'>;

/** Where lines are registered and calls carried (product §3.6). */
export const workerHandlers = (parts: Parts): PressHandlers<'workers' | 'line-workers' | 'worker'> => ({
  workers: async (visitor) => ({ screen: await ofNobody(parts, visitor) }),

  'line-workers': (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => ({ screen: await ofLine(parts, visitor, line) })),

  worker: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const { templates, plans, workers } = parts;
      const template = templates.find(withEdits(line).template ?? '');
      const available = await offered(parts, line.owner, template);
      if (press.worker === 'auto' || available.some(({ id }) => id === press.worker)) {
        await parts.lines.edit(visitor.user, line.id, { worker: press.worker }, visitor.at);
        return { screen: await parts.screens.line(visitor, line.id) };
      }
      const wanted = (await workers.all()).find(({ id, switchedOff }) => id === press.worker && !switchedOff);
      const { paidWorkers } = await plans.planOf(line.owner);
      const isPaid = !paidWorkers && wanted && isOffered(wanted, line.owner, { paidWorkers: true }, template);
      const screen = await ofLine(parts, visitor, line);
      return {
        screen: { ...screen, remark: isPaid ? { kind: 'not-in-plan', what: 'paid-workers' } : { kind: 'expired' } },
      };
    }),
});

/** As a screen shows it. */
const shown = (worker: Worker, at: EpochMs): WorkerShown => ({
  id: worker.id,
  kind: worker.kind,
  name: worker.name,
  place: worker.place,
  load: worker.load < 1 / 3 ? 'low' : worker.load < 2 / 3 ? 'medium' : 'high',
  healthy: isHealthy(worker, at),
});

/** The worker a line is on or will be on, as its screen names it: the one it is fixed to, else what Auto chooses. */
export async function workerOf(
  { workers, templates, plans }: Pick<Parts, 'workers' | 'templates' | 'plans'>,
  line: OwnedLine,
  rttMs: (worker: string) => number | undefined,
  at: EpochMs,
): Promise<WorkerShown | undefined> {
  const { worker: fixed, template } = withEdits(line);
  const all = await workers.all();
  const found =
    fixed === 'auto'
      ? autoWorker(line, templates.find(template ?? ''), all, await plans.planOf(line.owner), rttMs, at)
      : all.find(({ id }) => id === fixed);
  return found && shown(found, at);
}

async function offered(
  { workers, plans }: Pick<Parts, 'workers' | 'plans'>,
  owner: UserId,
  template: Template | undefined,
): Promise<readonly Worker[]> {
  const plan = await plans.planOf(owner);
  return (await workers.all()).filter((worker) => !worker.switchedOff && isOffered(worker, owner, plan, template));
}

/** Undefined: this host has not entered itself yet. */
export async function carrier({ workers }: Pick<Parts, 'workers'>, at: EpochMs): Promise<WorkerShown | undefined> {
  const found = (await workers.all()).find(({ id }) => id === carrierId);
  return found && shown(found, at);
}

async function ofLine(parts: Parts, { at }: Visitor, line: OwnedLine): Promise<Screen> {
  const { worker, template } = withEdits(line);
  const workers = await offered(parts, line.owner, parts.templates.find(template ?? ''));
  return screenOf(line.id, worker, workers, await carrier(parts, at), at);
}

const ofNobody = async (parts: Parts, { user, at }: Visitor): Promise<Screen> =>
  screenOf(undefined, undefined, await offered(parts, user, undefined), await carrier(parts, at), at);

const screenOf = (
  line: LineId | undefined,
  chosen: string | undefined,
  workers: readonly Worker[],
  carrying: WorkerShown | undefined,
  at: EpochMs,
): Screen => ({
  ...(carrying && workers.some(({ id }) => id !== carrierId) && { carrier: carrying }),
  kind: 'workers',
  line,
  chosen,
  workers: workers
    .toSorted((a, b) => places[a.kind] - places[b.kind] || a.name.localeCompare(b.name, 'en'))
    .map((worker) => shown(worker, at)),
});

/** In the list; Auto stands before them. */
const places: Readonly<Record<WorkerKind, number>> = { private: 0, official: 1, operator: 2, shared: 3 };
