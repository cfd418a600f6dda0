import type { HostClock } from '../ports/host-clock.ts';
import type { ShardLocks } from '../ports/shard-locks.ts';
import type { Held, HeldShards } from './held-shards.ts';
import type { Losses } from './losses.ts';
import { elapsedMs, momentOf } from './moment.ts';
import { retryMs } from './timings.ts';

export interface RenewingOptions {
  readonly clock: HostClock;
  readonly locks: ShardLocks;
  readonly held: HeldShards;
  readonly losses: Losses;
  /** The server of the locks answered. */
  readonly answered: () => void;
  /** The row is to be asked at once. */
  readonly ask: () => void;
}

/** Keeps the locks of what we hold. */
export class Renewing {
  readonly #use: RenewingOptions;

  constructor(options: RenewingOptions) {
    this.#use = options;
  }

  /** @returns the pause until the next time, in milliseconds */
  async renew(): Promise<number> {
    const { clock, locks, held, losses, answered } = this.#use;
    const at = momentOf(clock);
    const covered = held.all().flatMap((one) => (one.lock ? [{ one, lock: one.lock }] : []));
    if (covered.length === 0) return retryMs;
    try {
      const lost = new Set(await locks.renew(covered.map(({ lock }) => lock)));
      answered();
      for (const { one, lock } of covered) {
        // It may have got another lock meanwhile.
        if (one.lock !== lock) continue;
        if (!lost.has(lock)) one.cover(lock, at);
        else this.#lockLost(one);
      }
    } catch (error) {
      losses.report('renewing locks', error);
      return retryMs;
    }
    return Math.max(0, locks.renewEveryMs - elapsedMs(clock, at));
  }

  /**
   * The row decides. While it is ours the shard stays and waits for its job; when it cannot be asked, the shard is fenced before
   * long, and nothing of it is ended before the database has said whose it is.
   */
  #lockLost(one: Held): void {
    one.uncover();
    one.doubtedAt = momentOf(this.#use.clock);
    this.#use.ask();
  }
}
