import type { LineId } from '../../machines/model/ids.ts';
import type { Incarnation } from '../../machines/model/shards.ts';
import type { LineActors } from '../lines.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { Carriage, OwnStanding, StandingBook } from '../ports/standing-book.ts';
import { Repetition } from './repetition.ts';

export interface StandingTellerParts {
  readonly host: Incarnation;
  readonly own: Pick<LineActors, 'of' | 'watch'>;
  readonly carriage: (line: LineId) => Carriage | undefined;
  readonly book: Pick<StandingBook, 'tell'>;
  readonly clock: HostClock;
  readonly report: (error: unknown) => void;
}

interface Change {
  readonly carriage: Carriage;
}

const tellEveryMs = 250;
/** In one statement. */
const mostAtOnce = 200;
const retryMs = 1_000;
/** A refreshed binding announces nothing; the screen shows until when it lasts. */
const compareEveryMs = 5_000;

/** Tells other hosts how the lines of this one stand. */
export class StandingTeller {
  readonly #use: StandingTellerParts;
  /** What may be to be told, oldest first. How such a line stands is asked when it is told. */
  readonly #changes = new Map<LineId, Change>();
  /** What was told last, as text; also what was refused: told again it would be refused again. */
  readonly #told = new Map<LineId, string>();
  readonly #tellings: Repetition;
  readonly #comparisons: Repetition;
  #unwatch: (() => void) | undefined;

  constructor(parts: StandingTellerParts) {
    this.#use = parts;
    this.#tellings = new Repetition(parts.clock, () => this.#tell());
    this.#comparisons = new Repetition(parts.clock, async () => this.#compare());
  }

  start(): void {
    this.#unwatch = this.#use.own.watch((line) => this.#changed(line));
    this.#tellings.now();
    this.#comparisons.now();
  }

  async stop(): Promise<void> {
    this.#unwatch?.();
    await Promise.all([this.#tellings.stop(), this.#comparisons.stop()]);
  }

  /** By what right is noted now: of a line that is being switched off nobody can say it afterwards. */
  #changed(line: LineId): void {
    const carriage = this.#use.carriage(line);
    if (carriage) this.#changes.set(line, { carriage });
  }

  async #tell(): Promise<number> {
    const batch = this.#nextBatch();
    if (batch.length === 0) return tellEveryMs;
    try {
      await this.#use.book.tell(
        this.#use.host,
        batch.map(({ standing }) => standing),
      );
    } catch (error) {
      this.#use.report(error);
      return retryMs;
    }
    for (const { standing, change, text } of batch) {
      this.#told.set(standing.line, text);
      if (this.#changes.get(standing.line) === change) this.#changes.delete(standing.line);
    }
    return batch.length === mostAtOnce ? 0 : tellEveryMs;
  }

  #nextBatch() {
    const batch: { standing: OwnStanding; change: Change; text: string }[] = [];
    for (const [line, change] of this.#changes) {
      const standing = { line, carriage: change.carriage, standing: this.#use.own.of(line) };
      const text = JSON.stringify(standing);
      if (this.#told.get(line) === text) this.#changes.delete(line);
      else batch.push({ standing, change, text });
      if (batch.length === mostAtOnce) break;
    }
    return batch;
  }

  /** Also forgets what was told of lines that are carried here no more. */
  #compare(): number {
    for (const line of this.#told.keys()) {
      if (this.#use.carriage(line)) this.#changed(line);
      else this.#told.delete(line);
    }
    return compareEveryMs;
  }
}
