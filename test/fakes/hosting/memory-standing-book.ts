import type { OwnStanding, StandingBook, StandingNews, ToldStanding } from '../../../src/actors/ports/standing-book.ts';
import type { LineId } from '../../../src/machines/model/ids.ts';
import type { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';

/** One for all hosts of a test. Who owns which shard, and who is silent, is as the test says. */
export class MemoryStandingBook implements StandingBook {
  readonly owners = new Map<ShardId, { readonly host: Incarnation; readonly epoch: number }>();
  readonly silent = new Set<Incarnation>();
  readonly told: (readonly OwnStanding[])[] = [];
  readonly #rows = new Map<LineId, Omit<ToldStanding, 'isBelieved'>>();
  readonly #watchers = new Set<StandingNews>();
  /** Readings so far: of everything, and of some lines. */
  readonly reads = { all: 0, some: 0 };
  /** What requests wait for. */
  gate: Promise<void> | undefined;
  /** What readings wait for beside that. */
  readingGate: Promise<void> | undefined;
  isAway = false;
  /** One of the lines asked for has no id. */
  isMisled = false;
  /** Nobody hears what is told. */
  isMute = false;

  async tell(host: Incarnation, standings: readonly OwnStanding[]): Promise<void> {
    await this.#answers();
    this.told.push(standings);
    const mine = standings.filter(({ carriage: { shard, epoch } }) => {
      const owner = this.owners.get(shard);
      return owner?.host === host && owner.epoch === epoch;
    });
    for (const { line, standing } of mine) {
      if (standing.reachability.state === 'off') this.#rows.delete(line);
      else this.#rows.set(line, { line, host, standing });
    }
    if (!this.isMute) for (const { changed } of this.#watchers) changed(mine.map(({ line }) => line));
  }

  async of(lines: readonly LineId[]): Promise<readonly ToldStanding[]> {
    await this.#answers();
    await this.readingGate;
    if (this.isMisled) throw new Error('not an id');
    this.reads.some += 1;
    return this.#shown().filter(({ line }) => lines.includes(line));
  }

  async all(): Promise<readonly ToldStanding[]> {
    await this.#answers();
    await this.readingGate;
    this.reads.all += 1;
    return this.#shown();
  }

  async believed(): Promise<ReadonlySet<Incarnation>> {
    await this.#answers();
    const hosts = [...this.owners.values()].map(({ host }) => host);
    return new Set(hosts.filter((host) => !this.silent.has(host)));
  }

  async watch(news: StandingNews): Promise<() => Promise<void>> {
    await this.#answers();
    this.#watchers.add(news);
    return async () => void this.#watchers.delete(news);
  }

  /** The connection is back. */
  reconnect(): void {
    this.isMute = false;
    for (const { missed } of this.#watchers) missed();
  }

  async #answers(): Promise<void> {
    await this.gate;
    if (this.isAway) throw new Error('the database is away');
  }

  #shown(): ToldStanding[] {
    return [...this.#rows.values()].map((row) => ({ ...row, isBelieved: !this.silent.has(row.host) }));
  }
}
