import { EpochMs } from '../machines/model/ids.ts';
import type { WallClock } from './ports/clock.ts';
import type { RegistrarProbe } from './ports/registrar-probe.ts';
import type { RegistrarRtts, Unmeasured } from './ports/registrar-rtts.ts';
import type { Templates } from './ports/templates.ts';
import type { WorkerSaid } from './ports/worker-book.ts';
import type { Workers } from './ports/workers.ts';
import { isHealthy, isOffered } from './settings/handlers/auto-worker.ts';

export interface RegistrarDistancesParts {
  /** This host's. */
  readonly own: WorkerSaid;
  readonly workers: Workers;
  readonly rtts: Pick<RegistrarRtts, 'note' | 'unmeasured'>;
  readonly probe: RegistrarProbe;
  readonly templates: Pick<Templates, 'find'>;
  readonly clock: WallClock;
}

/** What is older is measured again, and so is what gave no answer. */
const freshMs = 30 * 60_000;
const lookEveryMs = 60_000;

/**
 * Measures how far the registrars of lines on Auto are from this host's Worker, where Auto might take it (D-05). Nobody is asked
 * on behalf of people whose lines it cannot have, and none while there is no other Worker to compare it with.
 */
export class RegistrarDistances {
  readonly #parts: RegistrarDistancesParts;
  /** Those that gave no answer, and when. */
  readonly #silent = new Map<string, EpochMs>();
  #looking: Promise<void> | undefined;
  #lookedAt: EpochMs | undefined;
  #known = 0;

  constructor(parts: RegistrarDistancesParts) {
    this.#parts = parts;
  }

  /** To be called every few seconds: looks every minute, and at once when there is one more Worker to compare with. */
  async beat(): Promise<void> {
    const at = this.#parts.clock.now();
    const known = (await this.#parts.workers.all()).filter((worker) => isHealthy(worker, at)).length;
    const isOneMore = known > this.#known;
    this.#known = known;
    if (!isOneMore && this.#lookedAt !== undefined && at - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = at;
    await this.look();
  }

  /** A look that is under way is not repeated. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { own, workers, rtts, probe, clock } = this.#parts;
    const at = clock.now();
    const others = (await workers.all()).filter((worker) => worker.id !== own.id && isHealthy(worker, at));
    if (own.kind === 'shared' || others.length === 0) return;
    const before = EpochMs(at - freshMs);
    for (const [registrar, since] of this.#silent) if (since < before) this.#silent.delete(registrar);
    for (const line of await rtts.unmeasured(own.id, before)) {
      if (this.#silent.has(line.registrar) || !this.#mayHave(line)) continue;
      const rttMs = await probe.rttMs(line.id);
      if (rttMs === undefined) this.#silent.set(line.registrar, at);
      else await rtts.note(own.id, line.registrar, rttMs, clock.now());
    }
  }

  #mayHave({ owner, template }: Unmeasured): boolean {
    const worker = { ...this.#parts.own, free: false, load: 0, seenAt: EpochMs(0), switchedOff: false };
    return isOffered(worker, owner, { paidWorkers: true }, this.#parts.templates.find(template ?? ''));
  }
}
