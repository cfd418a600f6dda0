import type { ShardId } from '../../machines/model/shards.ts';
import type { Claim } from '../ports/host-book.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { ShardLock } from '../ports/shard-locks.ts';
import { elapsedMs, type Moment } from './moment.ts';
import { fenceMs } from './timings.ts';

/** A shard that is ours by its row, since a claim. */
export interface OwnedShard extends Claim {
  readonly shard: ShardId;
}

/** What is ours, and how sure of it we are. */
export class HeldShards {
  readonly #clock: HostClock;
  readonly #held = new Map<ShardId, Held>();
  #whenEmpty = Promise.withResolvers<void>();
  /** When the last request began in which the database confirmed our row and what it owns. */
  #rowAt: Moment | undefined;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  /** How many of them we also hold the lock of. */
  get covered(): number {
    return this.all().filter(({ lock }) => lock).length;
  }

  all(): readonly Held[] {
    return [...this.#held.values()];
  }

  get(shard: ShardId): Held | undefined {
    return this.#held.get(shard);
  }

  add(owned: OwnedShard, lock: ShardLock, lockAt: Moment): void {
    if (this.#held.size === 0) this.#whenEmpty = Promise.withResolvers<void>();
    this.#held.set(owned.shard, new Held(owned, lock, lockAt));
  }

  /** @returns whether it was still held */
  remove(held: Held): boolean {
    if (this.#held.get(held.owned.shard) !== held) return false;
    this.#held.delete(held.owned.shard);
    if (this.#held.size === 0) this.#whenEmpty.resolve();
    return true;
  }

  /** As soon as nothing is held. */
  async emptied(): Promise<void> {
    if (this.#held.size > 0) await this.#whenEmpty.promise;
  }

  rowConfirmed(at: Moment): void {
    this.#rowAt = at;
  }

  get isRowFresh(): boolean {
    return this.#isFresh(this.#rowAt);
  }

  /**
   * Whether nobody else can have the shard yet, and will not for 2 s more: its lock or our row was confirmed less than 5 s ago,
   * counted from the beginning of the request that confirmed it.
   */
  mayAct(shard: ShardId): boolean {
    const held = this.#held.get(shard);
    return held !== undefined && (this.isRowFresh || this.#isFresh(held.lockAt));
  }

  /** The same for whatever this host does: its row or any lock was confirmed. */
  get mayActAtAll(): boolean {
    return this.isRowFresh || this.all().some(({ lockAt }) => this.#isFresh(lockAt));
  }

  #isFresh(at: Moment | undefined): boolean {
    return at !== undefined && elapsedMs(this.#clock, at) < fenceMs;
  }
}

export class Held {
  readonly owned: OwnedShard;
  #lock: ShardLock | undefined;
  #lockAt: Moment | undefined;
  /** Since when we know that the lock is not ours while the row could not be asked. */
  doubtedAt: Moment | undefined;

  constructor(owned: OwnedShard, lock: ShardLock, lockAt: Moment) {
    this.owned = owned;
    this.#lock = lock;
    this.#lockAt = lockAt;
  }

  get lock(): ShardLock | undefined {
    return this.#lock;
  }

  get lockAt(): Moment | undefined {
    return this.#lockAt;
  }

  cover(lock: ShardLock, at: Moment): void {
    this.#lock = lock;
    this.#lockAt = at;
    this.doubtedAt = undefined;
  }

  /** The lock is another's, or nobody's. */
  uncover(): void {
    this.#lock = undefined;
    this.#lockAt = undefined;
  }
}
