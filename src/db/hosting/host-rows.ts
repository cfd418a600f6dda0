import type pg from 'pg';
import type { Beat, Claim, HostBook, Pulse } from '../../actors/ports/host-book.ts';
import { EpochMs } from '../../machines/model/ids.ts';
import { hostOf, Incarnation, type ShardId, ShardId as shardId } from '../../machines/model/shards.ts';
import { DatabaseUnavailable } from '../database-unavailable.ts';
import { endPool } from './ending.ts';
import type { HostIdentity } from './host-identity.ts';

export interface HostRowsOptions {
  /** Of its own: a sign of life must not queue behind screens. */
  readonly pool: pg.Pool;
  readonly identity: HostIdentity;
  readonly incarnation: Incarnation;
  readonly worker: string;
  readonly shards: readonly ShardId[];
}

/** A host's rows in the database. */
export class HostRows implements HostBook {
  readonly incarnation: Incarnation;
  readonly shards: readonly ShardId[];
  readonly #pool: pg.Pool;
  readonly #identity: HostIdentity;
  readonly #worker: string;
  #leaving: Promise<void> | undefined;

  constructor({ pool, identity, incarnation, worker, shards }: HostRowsOptions) {
    this.#pool = pool;
    this.#identity = identity;
    this.incarnation = incarnation;
    this.#worker = worker;
    this.shards = shards;
  }

  async beat({ claiming, draining, load }: Pulse): Promise<Beat> {
    const isUsurped = this.#identity.isUsurped;
    const [row] = await this.#ask<BeatRow>(beatSql, [
      this.incarnation,
      claiming && !isUsurped,
      draining,
      JSON.stringify(load),
      this.#worker,
      hostOf(this.incarnation),
    ]);
    // Rows are removed a day after their host fell silent, and by `host forget`; one that slept for so long has lost everything.
    if (!row) throw new DatabaseUnavailable('the row of this host was removed: restart it');
    return {
      at: EpochMs(Number(row.at_ms)),
      others: Number(row.others),
      draining: row.draining,
      usurped: isUsurped,
      owned: row.owned.map(({ shard, epoch }) => ({ shard: shardId(shard), epoch })),
    };
  }

  async claim(shard: ShardId): Promise<Claim | undefined> {
    const [row] = await this.#ask<ClaimRow>(claimSql, [shard, this.incarnation, hostOf(this.incarnation)]);
    if (!row) return undefined;
    const { owner, seen_at_ms: seenAt } = row;
    return {
      epoch: Number(row.epoch),
      previous:
        owner === null
          ? undefined
          : { owner: Incarnation(owner), seenAt: seenAt === null ? undefined : EpochMs(Number(seenAt)) },
    };
  }

  async release(shard: ShardId, epoch: number): Promise<void> {
    await this.#ask('update shard set owner = null where id = $1 and owner = $2 and epoch = $3', [
      shard,
      this.incarnation,
      epoch,
    ]);
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    try {
      await this.#ask(
        'with freed as (update shard set owner = null where owner = $1) delete from host where incarnation = $1',
        [this.incarnation],
      );
    } catch {
      // Then it is seen to have died.
    }
    await this.#identity.release();
    await endPool(this.#pool);
  }

  async #ask<Row extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(sql, [...parameters])).rows;
    } catch (cause) {
      throw new DatabaseUnavailable(`the rows of hosts cannot be used: ${String(cause)}`, { cause });
    }
  }
}

interface BeatRow {
  readonly draining: boolean;
  readonly at_ms: string;
  readonly others: string;
  readonly owned: readonly { readonly shard: string; readonly epoch: number }[];
}

/**
 * Whoever had a gap of 3 s is not steady for 7 s: after an outage of the database everybody's row looks dead, and owners are to
 * speak first.
 */
const beatSql = `
  with me as (
    update host set
      steady_since = case
        when seen_at < clock_timestamp() - interval '3 s' then clock_timestamp() else steady_since
      end,
      seen_at = clock_timestamp(), claiming = $2, draining = draining or $3, load = $4
    where incarnation = $1
    returning draining
  )
  select
    me.draining,
    extract(epoch from clock_timestamp()) * 1000 as at_ms,
    (
      select count(*) from host
      where worker = $5 and split_part(incarnation, '/', 1) <> $6 and claiming and not draining
        and seen_at > clock_timestamp() - interval '5 s'
    ) as others,
    (
      select coalesce(json_agg(json_build_object('shard', id, 'epoch', epoch)), '[]') from shard where owner = $1
    ) as owned
  from me`;

interface ClaimRow {
  readonly epoch: string;
  readonly owner: string | null;
  readonly seen_at_ms: string | null;
}

/**
 * A shard is taken from an owner whose row was not touched for 7 s, by somebody whose own row had no gap for as long; both are
 * judged by the server at the time it received the statement, as old as what it sees: one that was under way while the server
 * stood still takes nothing.
 */
const claimSql = `
  with was as (
    select s.owner, h.seen_at from shard s left join host h on h.incarnation = s.owner where s.id = $1 for update of s
  )
  update shard s set owner = $2, epoch = s.epoch + (was.owner is distinct from $2)::int
  from was
  where s.id = $1 and (
    was.owner is null
    or split_part(was.owner, '/', 1) = $3
    or was.seen_at < statement_timestamp() - interval '7 s' and exists (
      select from host me
      where me.incarnation = $2 and me.seen_at > statement_timestamp() - interval '3 s'
        and me.steady_since < statement_timestamp() - interval '7 s'
    )
  )
  returning s.epoch, was.owner, extract(epoch from was.seen_at) * 1000 as seen_at_ms`;
