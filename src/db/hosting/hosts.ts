import type { HostLoad } from '../../actors/ports/host-book.ts';
import { EpochMs } from '../../machines/model/ids.ts';
import { Incarnation } from '../../machines/model/shards.ts';
import type { Database } from '../database.ts';

/** A host as the operator sees it. */
export interface HostShown {
  readonly incarnation: Incarnation;
  readonly worker: string;
  readonly kind: string;
  readonly place: string;
  readonly seenAt: EpochMs;
  /** Seen within 5 s. */
  readonly isLive: boolean;
  readonly draining: boolean;
  readonly shards: number;
  readonly load: HostLoad;
}

/** All hosts, for the bot and the command line. */
export class HostRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those that are there, and those that vanished and are still missed. */
  async all(): Promise<readonly HostShown[]> {
    const rows = await this.#database.fork().execute<HostRow[]>(
      `select incarnation, worker, kind, place, extract(epoch from seen_at) * 1000 as seen_at,
         seen_at > clock_timestamp() - interval '5 s' as is_live, draining, load,
         (select count(*) from shard where owner = incarnation) as shards
       from host
       where seen_at > clock_timestamp() - interval '5 s' or exists (select from shard where owner = incarnation)
       order by worker, incarnation`,
    );
    return rows.map(({ incarnation, seen_at, is_live, shards, ...rest }) => ({
      ...rest,
      incarnation: Incarnation(incarnation),
      seenAt: EpochMs(Math.round(Number(seen_at))),
      isLive: is_live,
      shards: Number(shards),
    }));
  }

  /**
   * A draining host takes no shards and gives away each as soon as it is idle; `on` false: it takes its share again. Holds until
   * that process ends.
   * @param host its id
   * @returns whether there is such a host
   */
  async setDraining(host: string, on: boolean): Promise<boolean> {
    const changed = await this.#database.fork().execute<unknown[]>(
      `update host set draining = ? where split_part(incarnation, '/', 1) = ?
         and seen_at > clock_timestamp() - interval '5 s' returning incarnation`,
      [on, host],
    );
    return changed.length > 0;
  }
}

interface HostRow {
  readonly incarnation: string;
  readonly worker: string;
  readonly kind: string;
  readonly place: string;
  readonly seen_at: string;
  readonly is_live: boolean;
  readonly draining: boolean;
  readonly load: HostLoad;
  readonly shards: string;
}
