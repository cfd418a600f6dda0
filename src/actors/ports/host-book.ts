import type { EpochMs } from '../../machines/model/ids.ts';
import type { Incarnation, ShardId } from '../../machines/model/shards.ts';

/** What a host tells of itself to other hosts and to the operator. Numbers only: no ids of people. */
export type HostLoad = Readonly<Record<string, number>>;

export interface Pulse {
  /** It can take shards: counted when they are shared out. */
  readonly claiming: boolean;
  /** It is leaving. */
  readonly draining: boolean;
  readonly load: HostLoad;
}

/** What the database answers to a sign of life. */
export interface Beat {
  /** The database's clock. */
  readonly at: EpochMs;
  /** Hosts of the same Worker that take shards, without this one. */
  readonly others: number;
  /** The operator, or this host itself, wants it empty. */
  readonly draining: boolean;
  /** Another process has taken this host's name, and this one must end. */
  readonly usurped: boolean;
  readonly owned: readonly { readonly shard: ShardId; readonly epoch: number }[];
}

export interface Claim {
  /** Counts the changes of owner; writes for the shard carry it. */
  readonly epoch: number;
  /** Whose it was, and when he was last seen; undefined when it was free. */
  readonly previous: { readonly owner: Incarnation; readonly seenAt: EpochMs | undefined } | undefined;
}

/** The second sign of life, and the truth about who owns what: rows in the database. */
export interface HostBook {
  readonly incarnation: Incarnation;
  /** The shards of this Worker. */
  readonly shards: readonly ShardId[];
  /** @throws DatabaseUnavailable within 4 s */
  beat(pulse: Pulse): Promise<Beat>;
  /** @returns undefined while its owner lives. @throws DatabaseUnavailable within 4 s: it may be ours or not */
  claim(shard: ShardId): Promise<Claim | undefined>;
  /** Nobody's from now on, if it was still ours. @throws DatabaseUnavailable within 4 s */
  release(shard: ShardId, epoch: number): Promise<void>;
  /** Frees what is left, forgets the host and closes. Takes at most 10 s. */
  leave(): Promise<void>;
}
