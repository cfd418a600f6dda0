import type { EpochMs } from '../machines/model/ids.ts';
import type { WallClock } from './ports/clock.ts';
import type { DueLine, Placements } from './ports/placements.ts';
import type { Plans } from './ports/plans.ts';
import type { RegistrarRtts } from './ports/registrar-rtts.ts';
import type { Templates } from './ports/templates.ts';
import type { Worker, Workers } from './ports/workers.ts';
import { autoWorker, isHealthy } from './settings/handlers/auto-worker.ts';

export interface AutoPlacementParts {
  readonly workers: Workers;
  readonly placements: Placements;
  readonly plans: Pick<Plans, 'planOf'>;
  readonly templates: Pick<Templates, 'find'>;
  readonly rtts: Pick<RegistrarRtts, 'to'>;
  readonly clock: WallClock;
}

/**
 * Chooses the Worker of each line on Auto: after Apply, and when its Worker fell silent (D-05). A line keeps the choice until one
 * of them, also when a better Worker is back.
 */
export class AutoPlacement {
  readonly #parts: AutoPlacementParts;
  #looking: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(parts: AutoPlacementParts) {
    this.#parts = parts;
  }

  /** To be called every few seconds, and when lines changed. One look at a time; one that has not begun is for all who ask. */
  look(): Promise<void> {
    this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      return this.#look();
    });
    this.#looking = this.#next.catch(() => {});
    return this.#next;
  }

  async #look(): Promise<void> {
    const { workers, placements, clock } = this.#parts;
    const at = clock.now();
    const all = await workers.all();
    const well = all.filter((worker) => isHealthy(worker, at)).map(({ id }) => id);
    const distances = new Map<string, ReadonlyMap<string, number>>();
    const chosen = new Map<string, DueLine[]>();
    for (const line of await placements.due(well)) {
      const rttMs = distances.get(line.registrar) ?? (await this.#parts.rtts.to(line.registrar, at));
      distances.set(line.registrar, rttMs);
      const worker = await this.#choice(line, all, rttMs, at);
      // Where there is none to choose it stays where it is, and is looked at again.
      if (worker) chosen.set(worker.id, (chosen.get(worker.id) ?? []).concat(line));
    }
    for (const [worker, lines] of chosen) await placements.place(lines, worker);
  }

  async #choice(
    line: DueLine,
    all: readonly Worker[],
    rttMs: ReadonlyMap<string, number>,
    at: EpochMs,
  ): Promise<Worker | undefined> {
    const { plans, templates } = this.#parts;
    const plan = await plans.planOf(line.owner);
    return autoWorker(line, templates.find(line.template ?? ''), all, plan, (id) => rttMs.get(id), at);
  }
}
