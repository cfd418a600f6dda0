import type { ShardId } from '../../machines/model/shards.ts';

/** The lock on one shard, which lapses by itself 7 s after it was got or renewed. */
export interface ShardLock {
  readonly shard: ShardId;
}

/** The first sign of life: a queue of jobs that never end, one for each shard. Whoever holds the lock on a job is a candidate. */
export interface ShardLocks {
  /** How often locks want to be renewed, so that two renewals may fail. */
  readonly renewEveryMs: number;
  /**
   * The next shard that nobody holds, as soon as there is one; undefined when there is none for about a second.
   * @throws JobsUnavailable; what comes after that is had by the next call
   */
  next(): Promise<ShardLock | undefined>;
  /**
   * All in one request.
   * @returns those that are no longer ours
   * @throws JobsUnavailable within 2 s: any of them may have been renewed or not
   */
  renew(locks: readonly ShardLock[]): Promise<readonly ShardLock[]>;
  /** Whoever has room takes the shard next, at once. @throws JobsUnavailable within 2 s; the lock lapses in any case */
  giveBack(lock: ShardLock): Promise<void>;
  /** Nobody gets the shard for so long. @throws JobsUnavailable within 2 s; the lock lapses in any case */
  postpone(lock: ShardLock, delayMs: number): Promise<void>;
  /** Puts back the jobs of shards that the server has forgotten. @throws JobsUnavailable within 5 s */
  fill(): Promise<void>;
  /** Locks that are held lapse, unless they were given back. Takes at most 6 s. */
  close(): Promise<void>;
}
