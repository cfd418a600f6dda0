import type { LineId, UserId } from '../../machines/model/ids.ts';
import type { Incarnation, ShardId } from '../../machines/model/shards.ts';
import type { Standing } from './standings.ts';

/** By what right a host speaks of a line: he talks through it, and his shard has been the host's since this epoch. */
export interface Carriage {
  readonly user: UserId;
  readonly shard: ShardId;
  readonly epoch: number;
}

/** What a host tells of a line it carries. */
export interface OwnStanding {
  readonly line: LineId;
  readonly carriage: Carriage;
  readonly standing: Standing;
}

/** What some host told of a line last. */
export interface ToldStanding {
  readonly line: LineId;
  readonly host: Incarnation;
  readonly standing: Standing;
  /** The host was seen within 15 s: what it told is still to be believed. */
  readonly isBelieved: boolean;
}

export interface StandingNews {
  /** These lines stand otherwise than before. */
  readonly changed: (lines: readonly LineId[]) => void;
  /** Changes may have gone unheard. */
  readonly missed: () => void;
}

/** What hosts tell each other of how their lines stand. Each answers within 15 s, or throws. */
export interface StandingBook {
  /**
   * Replaces what was told of these lines, at most 200 of them, and tells every host of those that stand otherwise. Lines that
   * are off are forgotten; those that this host does not carry by the rows of lines and shards are left as they are.
   */
  tell(host: Incarnation, standings: readonly OwnStanding[]): Promise<void>;
  /** Without those of which nothing is told. */
  of(lines: readonly LineId[]): Promise<readonly ToldStanding[]>;
  all(): Promise<readonly ToldStanding[]>;
  /** Hosts that were seen within 15 s. */
  believed(): Promise<ReadonlySet<Incarnation>>;
  /** Returns the end of it. @throws when it cannot begin; afterwards it goes on by itself */
  watch(news: StandingNews): Promise<() => Promise<void>>;
}
