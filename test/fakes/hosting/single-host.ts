import type { Beat, Claim, HostBook, Pulse } from '../../../src/actors/ports/host-book.ts';
import type { ShardLock, ShardLocks } from '../../../src/actors/ports/shard-locks.ts';
import { EpochMs } from '../../../src/machines/model/ids.ts';
import { Incarnation, type ShardId } from '../../../src/machines/model/shards.ts';
import type { SimulatedHostClock } from './simulated-host-clock.ts';

/** A server that can be away, or answer late. */
class Server {
  /** What requests wait for. */
  gate: Promise<void> | undefined;
  isAway = false;

  async answers(): Promise<void> {
    await this.gate;
    if (this.isAway) throw new Error('the server is away');
  }
}

/** The database as one host sees it; the others are what a test says of them. */
export class MemoryHostBook extends Server implements HostBook {
  readonly incarnation = Incarnation('me/1');
  readonly shards: readonly ShardId[];
  readonly rows = new Map<ShardId, { owner: string | null; epoch: number }>();
  readonly pulses: Pulse[] = [];
  readonly #clock: SimulatedHostClock;
  others = 0;
  draining = false;
  usurped = false;
  /** How far the database's clock is ahead. */
  aheadMs = 0;
  hasLeft = false;

  constructor(clock: SimulatedHostClock, shards: readonly ShardId[]) {
    super();
    this.#clock = clock;
    this.shards = shards;
    for (const shard of shards) this.rows.set(shard, { owner: null, epoch: 0 });
  }

  async beat(pulse: Pulse): Promise<Beat> {
    this.pulses.push(pulse);
    await this.answers();
    return {
      at: EpochMs(this.#clock.wallMs() + this.aheadMs),
      others: this.others,
      draining: this.draining || pulse.draining,
      usurped: this.usurped,
      owned: this.owned(),
    };
  }

  owned(): { shard: ShardId; epoch: number }[] {
    return [...this.rows].flatMap(([shard, { owner, epoch }]) =>
      owner === this.incarnation ? [{ shard, epoch }] : [],
    );
  }

  async claim(shard: ShardId): Promise<Claim | undefined> {
    await this.answers();
    const { owner, epoch } = this.rows.get(shard) ?? { owner: null, epoch: 0 };
    if (owner === this.incarnation) return { epoch, previous: undefined };
    if (owner !== null) return undefined;
    this.rows.set(shard, { owner: this.incarnation, epoch: epoch + 1 });
    return { epoch: epoch + 1, previous: undefined };
  }

  async release(shard: ShardId, epoch: number): Promise<void> {
    await this.answers();
    const row = this.rows.get(shard);
    if (row?.owner === this.incarnation && row.epoch === epoch) row.owner = null;
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
  }

  /** Another host takes it. */
  takenByAnother(shard: ShardId): void {
    this.rows.set(shard, { owner: 'other/1', epoch: (this.rows.get(shard)?.epoch ?? 0) + 1 });
  }
}

/** The queue of endless jobs as one host sees it. */
export class MemoryShardLocks extends Server implements ShardLocks {
  readonly renewEveryMs = 1_500;
  readonly waiting: ShardId[];
  readonly held = new Set<ShardLock>();
  readonly postponed: ShardLock[] = [];
  /** Given back by us. */
  readonly givenBack: ShardId[] = [];
  /** Nobody else takes what is given back: it is next in line. */
  comesBack = false;
  readonly #clock: SimulatedHostClock;
  fetches = 0;
  fills = 0;

  constructor(clock: SimulatedHostClock, shards: readonly ShardId[]) {
    super();
    this.#clock = clock;
    this.waiting = [...shards];
  }

  async next(): Promise<ShardLock | undefined> {
    this.fetches++;
    await this.answers();
    const shard = this.waiting.shift();
    if (shard === undefined) {
      await new Promise<void>((resolve) => this.#clock.after(1_000, resolve));
      return undefined;
    }
    const lock = { shard };
    this.held.add(lock);
    return lock;
  }

  async renew(locks: readonly ShardLock[]): Promise<readonly ShardLock[]> {
    await this.answers();
    return locks.filter((lock) => !this.held.has(lock));
  }

  async giveBack(lock: ShardLock): Promise<void> {
    await this.answers();
    this.held.delete(lock);
    this.givenBack.push(lock.shard);
    if (this.comesBack) this.waiting.unshift(lock.shard);
  }

  async postpone(lock: ShardLock): Promise<void> {
    await this.answers();
    this.held.delete(lock);
    this.postponed.push(lock);
  }

  async fill(): Promise<void> {
    await this.answers();
    this.fills++;
  }

  async close(): Promise<void> {}

  /** One lock has lapsed, and its job waits as the last one. */
  forgetLock(shard: ShardId): void {
    for (const lock of this.held) if (lock.shard === shard) this.held.delete(lock);
    this.waiting.push(shard);
  }

  /** As after a restart of the server: jobs are there, locks are not. */
  forgetLocks(): void {
    for (const { shard } of this.held) this.waiting.push(shard);
    this.held.clear();
  }
}
