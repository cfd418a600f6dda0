import type { EpochMs, LineId, UserId } from '../../../machines/model/ids.ts';
import { auto } from '../../../machines/model/placement.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Screen, WorkerKind, WorkerShown } from '../../../machines/model/settings-screens.ts';
import type { Template } from '../../ports/templates.ts';
import type { Worker } from '../../ports/workers.ts';
import { withEdits } from '../fields/field.ts';
import type { PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { isHealthy, isOffered } from './auto-worker.ts';
import { forOwner } from './owned.ts';

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
      if (press.worker === auto || available.some(({ id }) => id === press.worker)) {
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

/** The worker a line is set to, pending edits made true, and on which it is; on Auto the one that was chosen. */
export async function workersOf(
  { workers }: Pick<Parts, 'workers'>,
  line: OwnedLine,
  at: EpochMs,
): Promise<{ readonly set: WorkerShown | undefined; readonly carrier: WorkerShown | undefined }> {
  const { worker } = withEdits(line);
  const all = await workers.all();
  const find = (wanted: string | undefined) => {
    const found = all.find(({ id }) => id === wanted);
    return found && shown(found, at);
  };
  // Which one Auto chooses is seen when it has: on Apply.
  return { set: find(worker === auto && line.worker === auto ? line.carrier : worker), carrier: find(line.carrier) };
}

async function offered(
  { workers, plans }: Pick<Parts, 'workers' | 'plans'>,
  owner: UserId,
  template: Template | undefined,
): Promise<readonly Worker[]> {
  const plan = await plans.planOf(owner);
  return (await workers.all()).filter((worker) => !worker.switchedOff && isOffered(worker, owner, plan, template));
}

async function ofLine(parts: Parts, { at }: Visitor, line: OwnedLine): Promise<Screen> {
  const { worker, template } = withEdits(line);
  const workers = await offered(parts, line.owner, parts.templates.find(template ?? ''));
  return screenOf(line.id, worker, workers, at);
}

const ofNobody = async (parts: Parts, { user, at }: Visitor): Promise<Screen> =>
  screenOf(undefined, undefined, await offered(parts, user, undefined), at);

const screenOf = (
  line: LineId | undefined,
  chosen: string | undefined,
  workers: readonly Worker[],
  at: EpochMs,
): Screen => ({
  kind: 'workers',
  line,
  chosen,
  workers: workers
    .toSorted((a, b) => places[a.kind] - places[b.kind] || a.name.localeCompare(b.name, 'en'))
    .map((worker) => shown(worker, at)),
});

/** In the list; Auto stands before them. */
const places: Readonly<Record<WorkerKind, number>> = { private: 0, official: 1, operator: 2, shared: 3 };
