import type { ShardId } from '../../machines/model/shards.ts';
import type { HostBook } from '../ports/host-book.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { ShardLock, ShardLocks } from '../ports/shard-locks.ts';
import type { HeldShards } from './held-shards.ts';
import type { Losses } from './losses.ts';
import { type Moment, momentOf } from './moment.ts';
import { betweenMs, lookEveryMs, notOursMs, retryMs } from './timings.ts';

export interface ClaimingOptions {
  readonly clock: HostClock;
  readonly book: HostBook;
  readonly locks: ShardLocks;
  readonly held: HeldShards;
  readonly losses: Losses;
  /** How many shards this host may have now. */
  readonly room: () => number;
  /** The server of the locks answered. */
  readonly answered: () => void;
}

/** Takes shards that nobody has, while this host has fewer than its share. */
export class Claiming {
  readonly #use: ClaimingOptions;
  /** Those whose claim has no answer yet. */
  readonly #pending = new Set<ShardId>();
  readonly #filled = Promise.withResolvers<void>();

  constructor(options: ClaimingOptions) {
    this.#use = options;
  }

  isPending(shard: ShardId): boolean {
    return this.#pending.has(shard);
  }

  /** When this host had its share for the first time. */
  filled(): Promise<void> {
    return this.#filled.promise;
  }

  /** Waits about a second for one shard and takes it. @returns the pause until the next attempt, in milliseconds */
  async attempt(): Promise<number> {
    const { clock, locks, answered, losses } = this.#use;
    // What we gave away is next in line: whoever is not below his share must not ask, or he gets his own back.
    if (!this.#hasRoom()) {
      this.#filled.resolve();
      return lookEveryMs;
    }
    const since = momentOf(clock);
    let lock: ShardLock | undefined;
    try {
      lock = await locks.next();
      answered();
      return lock ? await this.#take(lock, since) : betweenMs;
    } catch (error) {
      losses.report('claiming shards', error);
      if (lock) await this.#postpone(lock);
      return retryMs;
    }
  }

  #hasRoom(): boolean {
    const { held, room } = this.#use;
    // One of ours that has lost its lock needs no room.
    return held.covered < Math.max(room(), held.size);
  }

  async #take(lock: ShardLock, since: Moment): Promise<number> {
    const { book, locks, held, losses, room } = this.#use;
    const { shard } = lock;
    const isMissed = held.covered < held.size;
    if (!held.get(shard) && held.size >= room()) {
      // Looking for the job of one of ours, or the share has shrunk while we waited. What is given back is next in line, and in
      // the first case we would get it again before ours.
      await (isMissed ? locks.postpone(lock, notOursMs) : locks.giveBack(lock));
      return lookEveryMs;
    }
    this.#pending.add(shard);
    try {
      const claim = await book.claim(shard);
      if (!claim) {
        await locks.postpone(lock, notOursMs);
        return 0;
      }
      const known = held.get(shard);
      if (known?.owned.epoch === claim.epoch) {
        known.cover(lock, since);
        return 0;
      }
      // It was another's meanwhile.
      if (known) losses.lose(known, 'taken');
      held.add({ shard, ...claim }, lock, since);
      losses.gained({ shard, ...claim });
      return 0;
    } finally {
      this.#pending.delete(shard);
    }
  }

  /** Otherwise the shard would wait until its lock has lapsed. */
  async #postpone(lock: ShardLock): Promise<void> {
    const { locks, losses } = this.#use;
    await locks.postpone(lock, notOursMs).catch((error: unknown) => losses.report('giving back shards', error));
  }
}
