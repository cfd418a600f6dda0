import type { LineId } from '../../machines/model/ids.ts';
import type { Incarnation } from '../../machines/model/shards.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { StandingBook, ToldStanding } from '../ports/standing-book.ts';
import type { Standing } from '../ports/standings.ts';
import { elapsedMs, type Moment, momentOf } from './moment.ts';
import { Repetition } from './repetition.ts';

export interface StandingListenerParts {
  readonly host: Incarnation;
  readonly book: Omit<StandingBook, 'tell'>;
  readonly clock: HostClock;
  readonly report: (error: unknown) => void;
}

/** What is heard meanwhile is read together. */
const betweenMs = 50;
const retryMs = 1_000;
const lookEveryMs = 5_000;
/** Nobody tells of lines that were removed. */
const refreshEveryMs = 600_000;
/** Of more lines than this it is cheaper to read everything. */
const mostUnread = 1_000;

/** How lines of other hosts stand, as those told. */
export class StandingListener {
  readonly #use: StandingListenerParts;
  readonly #unread = new Set<LineId>();
  readonly #reads: Repetition;
  readonly #looks: Repetition;
  #told = new Map<LineId, ToldStanding>();
  #believed: ReadonlySet<Incarnation> = new Set();
  #isBehind = false;
  #refreshedAt: Moment;
  #unwatch: (() => Promise<void>) | undefined;

  constructor(parts: StandingListenerParts) {
    this.#use = parts;
    this.#refreshedAt = momentOf(parts.clock);
    this.#reads = new Repetition(parts.clock, () => this.#read());
    this.#looks = new Repetition(parts.clock, () => this.#look());
  }

  of(line: LineId): Standing {
    const told = this.#told.get(line);
    // What we told ourselves was before we lost the line.
    const isBelieved = told && told.host !== this.#use.host && this.#believed.has(told.host);
    return isBelieved ? told.standing : unknown;
  }

  /** @throws when the database cannot be used; nothing was begun then */
  async start(): Promise<void> {
    const { book } = this.#use;
    await this.#readEverything();
    this.#unwatch = await book.watch({
      changed: (lines) => this.#changed(lines),
      missed: () => this.#missed(),
    });
    // What was told in between.
    this.#missed();
    this.#looks.now();
  }

  async stop(): Promise<void> {
    await this.#unwatch?.();
    await Promise.all([this.#reads.stop(), this.#looks.stop()]);
  }

  #changed(lines: readonly LineId[]): void {
    for (const line of lines) this.#unread.add(line);
    if (this.#unread.size > mostUnread) this.#missed();
    else this.#reads.now();
  }

  #missed(): void {
    this.#isBehind = true;
    this.#unread.clear();
    this.#reads.now();
  }

  /** One at a time: what was read earlier must not replace what was read later. */
  async #read(): Promise<number> {
    const isBehind = this.#isBehind;
    const lines = [...this.#unread];
    this.#isBehind = false;
    this.#unread.clear();
    try {
      if (isBehind) await this.#readEverything();
      else if (lines.length > 0) await this.#readLines(lines);
    } catch (error) {
      this.#isBehind = true;
      this.#use.report(error);
      return retryMs;
    }
    return this.#isBehind || this.#unread.size > 0 ? betweenMs : lookEveryMs;
  }

  async #readEverything(): Promise<void> {
    const at = momentOf(this.#use.clock);
    const all = await this.#use.book.all();
    this.#told = new Map(all.map((told) => [told.line, told]));
    this.#believe(all);
    this.#refreshedAt = at;
  }

  async #readLines(lines: readonly LineId[]): Promise<void> {
    const read = await this.#use.book.of(lines);
    for (const line of lines) this.#told.delete(line);
    for (const told of read) this.#told.set(told.line, told);
    this.#believe(read);
  }

  /** A host that has just come tells before it is looked for. */
  #believe(read: readonly ToldStanding[]): void {
    const hosts = read.filter(({ isBelieved }) => isBelieved).map(({ host }) => host);
    this.#believed = new Set([...this.#believed, ...hosts]);
  }

  async #look(): Promise<number> {
    try {
      this.#believed = await this.#use.book.believed();
    } catch (error) {
      // Nobody is doubted because the database is away.
      this.#use.report(error);
      return retryMs;
    }
    if (elapsedMs(this.#use.clock, this.#refreshedAt) > refreshEveryMs) this.#missed();
    return lookEveryMs;
  }
}

/** As of a line that was switched on a moment ago: somebody is about to begin with it. */
const unknown: Standing = { reachability: { state: 'off' }, registeredUntil: undefined };
