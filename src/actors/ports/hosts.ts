import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { Incarnation } from '../../machines/model/shards.ts';
import type { HostLoad } from './host-book.ts';

/** A host as the operator sees it. */
export interface HostShown {
  readonly incarnation: Incarnation;
  /** Of the product; empty where it did not say. */
  readonly version: string;
  readonly worker: string;
  readonly kind: string;
  readonly place: string;
  readonly startedAt: EpochMs;
  readonly seenAt: EpochMs;
  /** Seen within 5 s. */
  readonly isLive: boolean;
  readonly draining: boolean;
  readonly shards: number;
  readonly load: HostLoad;
}

/** `runs`: only one that fell silent can be forgotten. */
export type Forgotten = 'forgotten' | 'runs' | 'unknown';

/** The hosts of the installation, for its operator. What he does with them is noted for a year. */
export interface Hosts {
  /** Those that are there, and those that vanished and are still missed. */
  all(): Promise<readonly HostShown[]>;
  /**
   * A draining host takes no shards and gives away each as soon as it is idle; `on` false: it takes its share again. Holds until
   * that process ends.
   * @param host its id
   * @returns whether there is such a host
   */
  setDraining(by: UserId | 'operator', host: string, on: boolean): Promise<boolean>;
  /** Frees what belongs to a host that was not seen for 15 s, and removes it from the list. Should it wake, it may do nothing. */
  forget(by: UserId | 'operator', host: string): Promise<Forgotten>;
}
