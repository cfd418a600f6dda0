import type { Faults } from '../ports/faults.ts';
import type { HostBook } from '../ports/host-book.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { ShardLocks } from '../ports/shard-locks.ts';
import type { Held, HeldShards, OwnedShard } from './held-shards.ts';
import { elapsedMs, type Moment, momentOf } from './moment.ts';
import type { LossReason, ShardHolder } from './shard-holder.ts';
import { complainEveryMs, endingMs } from './timings.ts';

export interface LossesOptions {
  readonly clock: HostClock;
  readonly book: HostBook;
  readonly locks: ShardLocks;
  readonly held: HeldShards;
  readonly holder: ShardHolder;
  readonly faults: Faults;
}

/** Tells the holder what came and what went, and the operator what failed. */
export class Losses {
  readonly #use: LossesOptions;
  readonly #releasing = new Set<Promise<void>>();
  readonly #reportedAt = new Map<string, Moment>();

  constructor(options: LossesOptions) {
    this.#use = options;
  }

  gained(owned: OwnedShard): void {
    try {
      this.#use.holder.gained(owned);
    } catch (error) {
      this.#use.faults.report('hosting', error);
    }
  }

  /** It is another's. */
  lose(held: Held, why: LossReason): void {
    if (this.#use.held.remove(held)) void this.#told(held.owned, why);
  }

  /**
   * Gives it away: first what it runs is ended, then the row is nobody's, then its job is next in line. A row that could not be
   * freed is found by the next beat; a job that could not be given back comes when its lock has lapsed.
   */
  release(held: Held): void {
    if (!this.#use.held.remove(held)) return;
    // Not waited for: a sign of life must not be late because a server is.
    const releasing = this.#release(held).finally(() => this.#releasing.delete(releasing));
    this.#releasing.add(releasing);
  }

  /** Until everything that was given away so far is somebody else's, or cannot be told. */
  async settled(): Promise<void> {
    await Promise.all(this.#releasing);
  }

  async #release(held: Held): Promise<void> {
    const { book, locks } = this.#use;
    await this.#told(held.owned, 'released');
    try {
      await book.release(held.owned.shard, held.owned.epoch);
      if (held.lock) await locks.giveBack(held.lock);
    } catch (error) {
      this.report('releasing shards', error);
    }
  }

  /** A server that is away fails everything several times a second; once in a while is enough to say. */
  report(where: string, error: unknown): void {
    const last = this.#reportedAt.get(where);
    if (last && elapsedMs(this.#use.clock, last) < complainEveryMs) return;
    this.#reportedAt.set(where, momentOf(this.#use.clock));
    this.#use.faults.report(where, error);
  }

  async #told(owned: OwnedShard, why: LossReason): Promise<void> {
    const { clock, holder, faults } = this.#use;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(endingMs, resolve);
    try {
      await Promise.race([holder.lost(owned, why), late]);
    } catch (error) {
      faults.report('hosting', error);
    } finally {
      cancel();
    }
  }
}
