import type { CallFacts } from '../../machines/model/call-facts.ts';
import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { Incarnation, ShardId } from '../../machines/model/shards.ts';
import type { DialogFacts } from './sip-dialogs.ts';

/** By what right somebody writes for a shard: as its owner of now. */
export interface ShardLease {
  readonly shard: ShardId;
  readonly owner: Incarnation;
  readonly epoch: number;
}

export interface KeptCall extends CallFacts {
  /** undefined: there is no confirmed dialog yet. */
  readonly dialog: DialogFacts | undefined;
}

/** One user's calls as another host would go on with them. */
export interface KeptCalls {
  readonly user: UserId;
  /** The one he hears comes first. None yet: something is about to begin for him, and begins nowhere else. */
  readonly calls: readonly KeptCall[];
  /** The end of the window of a reconnection that is open. */
  readonly windowUntil: EpochMs | undefined;
}

/** The same, found by the owner that comes next. */
export interface FoundCalls extends KeptCalls {
  readonly calls: readonly FoundCall[];
  readonly writtenAt: EpochMs;
}

export interface FoundCall extends KeptCall {
  /** undefined: nobody answered, or that was not written down any more. */
  readonly answeredAt: EpochMs | undefined;
}

/** `taken`: the shard is another's; `elsewhere`: the user has calls in another Worker's shard. Nothing was written then. */
export type Keeping = 'kept' | 'taken' | 'elsewhere';

/** What a new owner of a shard starts from (runtime §4). Every write is for the owner of now, or is none. */
export interface Facts {
  /** Replaces what was kept of this user. @throws when the database does not take it within 15 s: it may be kept or not */
  keep(calls: KeptCalls, lease: ShardLease): Promise<Keeping>;
  /** He has no call any more. @throws as `keep` */
  forget(user: UserId, lease: ShardLease): Promise<Keeping>;
  /**
   * Everything of a shard whose calls have not ended, for the one who has claimed it.
   * @param unreadable is told of a user whose facts cannot be read; they are left out
   */
  open(shard: ShardId, unreadable?: (user: UserId, error: unknown) => void): Promise<readonly FoundCalls[]>;
  /** In which shards these people have calls; those who have none, or whose host is dead and nobody took over, are left out. */
  placesOf(users: readonly UserId[]): Promise<ReadonlyMap<UserId, ShardId>>;
}
