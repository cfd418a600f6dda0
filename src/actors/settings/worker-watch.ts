import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { OwnerNotice } from '../../machines/model/settings-screens.ts';
import type { WallClock } from '../ports/clock.ts';
import type { Hints } from '../ports/hints.ts';
import type { LineBook } from '../ports/line-book.ts';
import type { WorkerBook } from '../ports/worker-book.ts';
import type { Worker } from '../ports/workers.ts';
import { isHealthy } from './handlers/auto-worker.ts';
import type { Saying } from './handlers.ts';

/** A worker that does not answer for so long is switched off (F-WRK-6). */
const givenUpMs = 30 * 60_000;
const hourMs = 3_600_000;

export interface WorkerWatchParts {
  readonly workers: Pick<WorkerBook, 'all' | 'switchOff'>;
  readonly book: Pick<LineBook, 'owners' | 'of'>;
  readonly hints: Hints;
  readonly say: (saying: Saying) => Promise<unknown>;
  readonly clock: WallClock;
  /** Whether silence tells anything: after an outage of the database everybody looks silent. It does, where not given. */
  readonly isSteady?: () => Promise<boolean>;
}

/**
 * Sees which workers fall silent, and tells the owners of the lines that are fixed to them. Lines on Auto
 * move (`AutoPlacement`), and nobody needs to be told.
 */
export class WorkerWatch {
  readonly #parts: WorkerWatchParts;
  /** Of the last look: what changes is told, and only that. */
  readonly #wasHealthy = new Map<Worker['id'], boolean>();
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: WorkerWatchParts) {
    this.#parts = parts;
  }

  /** Looks at all of them; to be called every few seconds. One look at a time. */
  look(): Promise<void> {
    const looking = this.#looking.then(() => this.#look());
    this.#looking = looking.catch(() => {});
    return looking;
  }

  async #look(): Promise<void> {
    const { isSteady } = this.#parts;
    if (isSteady && !(await isSteady())) return;
    const at = this.#parts.clock.now();
    const workers = await this.#parts.workers.all();
    for (const id of this.#wasHealthy.keys())
      if (!workers.some((worker) => worker.id === id)) this.#wasHealthy.delete(id);
    for (const worker of workers) await this.#judge(worker, at);
  }

  async #judge(worker: Worker, at: EpochMs): Promise<void> {
    const isWell = isHealthy(worker, at);
    const wasWell = this.#wasHealthy.get(worker.id);
    this.#wasHealthy.set(worker.id, isWell);
    const isSilent = !worker.switchedOff && at - worker.seenAt > givenUpMs;
    const isGivenUp = isSilent && (await this.#parts.workers.switchOff(worker.id));
    if (isGivenUp && worker.owner !== undefined) await this.#tell(worker.owner, 'worker-down', worker, at, 'given up');
    // One that is silent when we start may have been so for long: its lines' owners know it.
    if (isWell === (wasWell ?? true)) return;
    for (const owner of await this.#ownersOn(worker)) {
      if (isGivenUp && owner === worker.owner) continue;
      await this.#tell(owner, isWell ? 'worker-back' : 'worker-down', worker, at, isWell ? 'back' : 'down');
    }
  }

  async #tell(to: UserId, kind: 'worker-down' | 'worker-back', worker: Worker, at: EpochMs, cause: string) {
    const { hints, say } = this.#parts;
    if (!(await hints.isDue(to, `worker ${worker.id} ${cause}`, at, hourMs))) return;
    const notice: OwnerNotice = { kind, worker: worker.name, lineNames: await this.#namesOf(to, worker) };
    await say({ to, notice });
  }

  async #ownersOn(worker: Worker): Promise<readonly UserId[]> {
    const owners: UserId[] = [];
    for (const { owner } of await this.#parts.book.owners()) {
      if ((await this.#namesOf(owner, worker)).length > 0) owners.push(owner);
    }
    return owners;
  }

  /** Of the owner's lines that are switched on and fixed to the worker. */
  async #namesOf(owner: UserId, { id }: Worker): Promise<readonly string[]> {
    const lines = await this.#parts.book.of(owner);
    return lines.filter((line) => line.owner === owner && line.enabled && line.worker === id).map(({ name }) => name);
  }
}
