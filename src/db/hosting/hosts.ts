import type { HostLoad } from '../../actors/ports/host-book.ts';
import type { Forgotten, HostShown, Hosts } from '../../actors/ports/hosts.ts';
import { EpochMs, type UserId } from '../../machines/model/ids.ts';
import { Incarnation } from '../../machines/model/shards.ts';
import type { Database } from '../database.ts';

/** All hosts, for the bot and the command line. */
export class HostRepository implements Hosts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async all(): Promise<readonly HostShown[]> {
    const rows = await this.#database.fork().execute<HostRow[]>(
      `select incarnation, version, worker, kind, place, draining, load,
         extract(epoch from started_at) * 1000 as started_at, extract(epoch from seen_at) * 1000 as seen_at,
         seen_at > clock_timestamp() - interval '5 s' as is_live,
         (select count(*) from shard where owner = incarnation) as shards
       from host
       where seen_at > clock_timestamp() - interval '5 s' or exists (select from shard where owner = incarnation)
       order by worker collate "C", incarnation collate "C"`,
    );
    return rows.map(({ incarnation, started_at, seen_at, is_live, shards, ...rest }) => ({
      ...rest,
      incarnation: Incarnation(incarnation),
      startedAt: EpochMs(Math.round(Number(started_at))),
      seenAt: EpochMs(Math.round(Number(seen_at))),
      isLive: is_live,
      shards: Number(shards),
    }));
  }

  /** Whether this host was seen without a gap for 15 s: otherwise the silence of others tells nothing. */
  async isSteady(incarnation: Incarnation): Promise<boolean> {
    const steady = await this.#database.fork().execute<unknown[]>(
      `select from host where incarnation = ? and seen_at > statement_timestamp() - interval '3 s'
         and steady_since < statement_timestamp() - interval '15 s'`,
      [incarnation],
    );
    return steady.length > 0;
  }

  async setDraining(by: UserId | 'operator', host: string, on: boolean): Promise<boolean> {
    const found = await this.#database.fork().execute<unknown[]>(
      `with found as (
         select incarnation, draining from host
         where split_part(incarnation, '/', 1) = ? and seen_at > clock_timestamp() - interval '5 s' for update
       ), changed as (
         update host set draining = ? from found
         where host.incarnation = found.incarnation and found.draining is distinct from ?
         returning host.incarnation
       ), entry as (
         insert into host_entry (changer, host, did) select ?, ?, ? where exists (select from changed)
       )
       select incarnation from found`,
      [host, on, on, by, host, on ? 'drain' : 'undrain'],
    );
    return found.length > 0;
  }

  async forget(by: UserId | 'operator', host: string): Promise<Forgotten> {
    const [found] = await this.#database.fork().execute<{ dead: number; live: number }[]>(
      `with found as (
         select incarnation, seen_at < clock_timestamp() - interval '15 s' as is_dead from host
         where split_part(incarnation, '/', 1) = ? for update
       ), freed as (
         update shard set owner = null from found where owner = incarnation and is_dead
       ), gone as (
         delete from host using found where host.incarnation = found.incarnation and is_dead
       ), entry as (
         insert into host_entry (changer, host, did) select ?, ?, 'forget' where exists (select from found where is_dead)
       )
       select count(*) filter (where is_dead)::int as dead, count(*) filter (where not is_dead)::int as live from found`,
      [host, by, host],
    );
    if (found && found.dead > 0) return 'forgotten';
    return found && found.live > 0 ? 'runs' : 'unknown';
  }
}

interface HostRow {
  readonly incarnation: string;
  readonly version: string;
  readonly worker: string;
  readonly kind: string;
  readonly place: string;
  readonly started_at: string;
  readonly seen_at: string;
  readonly is_live: boolean;
  readonly draining: boolean;
  readonly load: HostLoad;
  readonly shards: string;
}
