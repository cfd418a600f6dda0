import type { LineId } from '../../machines/model/ids.ts';
import type { Incarnation } from '../../machines/model/shards.ts';
import type { LineActors } from '../lines.ts';
import type { Faults } from '../ports/faults.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { Carriage, StandingBook } from '../ports/standing-book.ts';
import type { Standing, Standings } from '../ports/standings.ts';
import { elapsedMs, type Moment, momentOf } from './moment.ts';
import { StandingListener } from './standing-listener.ts';
import { StandingTeller } from './standing-teller.ts';
import { systemHostClock } from './system-clock.ts';
import { complainEveryMs } from './timings.ts';

export interface SharedStandingsParts {
  readonly host: Incarnation;
  /** The lines of this host. */
  readonly own: Pick<LineActors, 'of' | 'watch'>;
  /** Undefined: this host does not carry the line. */
  readonly carriage: (line: LineId) => Carriage | undefined;
  readonly book: StandingBook;
  readonly faults: Faults;
  readonly clock?: HostClock;
}

/** How the lines of all hosts stand: this host's as it knows, the others as their hosts told last. */
export class SharedStandings implements Standings {
  readonly #use: SharedStandingsParts;
  readonly #clock: HostClock;
  readonly #teller: StandingTeller;
  readonly #listener: StandingListener;
  #reportedAt: Moment | undefined;

  constructor(parts: SharedStandingsParts) {
    const { clock = systemHostClock } = parts;
    const report = (error: unknown) => this.#report(error);
    this.#use = parts;
    this.#clock = clock;
    this.#teller = new StandingTeller({ ...parts, clock, report });
    this.#listener = new StandingListener({ ...parts, clock, report });
  }

  of(line: LineId): Standing {
    return this.#use.carriage(line) ? this.#use.own.of(line) : this.#listener.of(line);
  }

  /** Tells and hears from now on. @throws when the database cannot be used; nothing was begun then */
  async start(): Promise<void> {
    await this.#listener.start();
    this.#teller.start();
  }

  /** What has not been told by now is not told any more: who leaves is not believed. */
  async close(): Promise<void> {
    await Promise.all([this.#teller.stop(), this.#listener.stop()]);
  }

  /** A database that is away fails everything every second; once in a while is enough to say. */
  #report(error: unknown): void {
    if (this.#reportedAt && elapsedMs(this.#clock, this.#reportedAt) < complainEveryMs) return;
    this.#reportedAt = momentOf(this.#clock);
    this.#use.faults.report('sharing how lines stand', error);
  }
}
