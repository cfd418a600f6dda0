import type { OwnStanding, StandingBook, StandingNews, ToldStanding } from '../../actors/ports/standing-book.ts';
import { EpochMs, LineId } from '../../machines/model/ids.ts';
import type { Reachability } from '../../machines/model/registration.ts';
import { Incarnation } from '../../machines/model/shards.ts';
import type { Database } from '../database.ts';
import { carrierSql } from '../placement-repository.ts';
import { watch } from '../watching.ts';

/** Notified with the ids of lines, separated by commas. */
const standingChannel = 'siptg_standings';

/** More is not shown. UTF-16 units. */
const longestText = 256;

/** How lines stand, in the database. */
export class StandingRepository implements StandingBook {
  readonly #database: Database;
  readonly #url: string;

  /** @param url connection string, for a connection that listens */
  constructor(database: Database, url: string) {
    this.#database = database;
    this.#url = url;
  }

  async tell(host: Incarnation, standings: readonly OwnStanding[]): Promise<void> {
    const rows = standings.map(({ line, carriage, standing: { reachability, registeredUntil } }) => ({
      ...carriage,
      line,
      reachability: reachability.state === 'off' ? null : reachability,
      until: registeredUntil ?? null,
    }));
    await this.#database.fork().execute(tellSql, [JSON.stringify(rows, storable), host, host]);
  }

  of(lines: readonly LineId[]): Promise<readonly ToldStanding[]> {
    return this.#read('where line_id in (select jsonb_array_elements_text(?::jsonb)::uuid)', [JSON.stringify(lines)]);
  }

  all(): Promise<readonly ToldStanding[]> {
    return this.#read('', []);
  }

  async believed(): Promise<ReadonlySet<Incarnation>> {
    const rows = await this.#database
      .fork()
      .execute<{ incarnation: string }[]>(`select incarnation from host where ${wasSeen}`);
    return new Set(rows.map(({ incarnation }) => Incarnation(incarnation)));
  }

  watch({ changed, missed }: StandingNews): Promise<() => Promise<void>> {
    const told = (lines: string) => changed(lines.split(',').map(LineId));
    return watch(this.#url, { channel: standingChannel, told, back: missed });
  }

  async #read(where: string, parameters: readonly unknown[]): Promise<readonly ToldStanding[]> {
    const rows = await this.#database.fork().execute<Row[]>(
      `select line_id, line_standing.host, reachability, extract(epoch from registered_until) * 1000 as until,
         exists (select from host where incarnation = line_standing.host and ${wasSeen}) as is_believed
       from line_standing ${where}`,
      [...parameters],
    );
    return rows.map(({ line_id, host, reachability, until, is_believed }) => ({
      line: LineId(line_id),
      host: Incarnation(host),
      standing: {
        reachability,
        registeredUntil: until === null ? undefined : EpochMs(Math.round(Number(until))),
      },
      isBelieved: is_believed,
    }));
  }
}

interface Row {
  readonly line_id: string;
  readonly host: string;
  readonly reachability: Reachability;
  readonly until: string | null;
  readonly is_believed: boolean;
}

/** A shard is elsewhere within 12 s of its owner's last sign of life, and then somebody else tells of its lines. */
const wasSeen = `host.seen_at > clock_timestamp() - interval '15 s'`;

/** What a registrar said may be no text that can be stored; one such line must not hold up the others. */
const storable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '').slice(0, longestText).toWellFormed() : value;

/**
 * The rows of shards and lines are locked until the end, so that who claims the shard, or removes the line, waits for what is
 * being written (`fence.ts`). User and Worker are compared because a line that changes one of them may change its shard, and the
 * host that has lost it by that hears of it a little later. 200 ids are 7,399 bytes; a notification carries less than 8,000.
 */
const tellSql = `
  with told as (
    select * from jsonb_to_recordset(?::jsonb)
      as told (line uuid, "user" text, shard text, epoch bigint, reachability jsonb, until double precision)
  ), mine as (
    select told.line, told.reachability, to_timestamp(told.until / 1000) as until from told
    join shard on shard.id = told.shard and shard.owner = ? and shard.epoch = told.epoch
    join line on line.id = told.line and line.user_id = told."user" and ${carrierSql} = split_part(told.shard, '/', 1)
    for key share of shard, line
  ), forgotten as (
    delete from line_standing using mine
    where line_standing.line_id = mine.line and mine.reachability is null
    returning line_id
  ), written as (
    insert into line_standing as was (line_id, host, reachability, registered_until, changed_at)
    select line, ?, reachability, until, clock_timestamp() from mine where reachability is not null
    on conflict (line_id) do update set
      host = excluded.host, reachability = excluded.reachability, registered_until = excluded.registered_until,
      changed_at = excluded.changed_at
    where (was.host, was.reachability, was.registered_until)
      is distinct from (excluded.host, excluded.reachability, excluded.registered_until)
    returning line_id
  ), changed as (
    select line_id from forgotten union all select line_id from written
  )
  select pg_notify('${standingChannel}', string_agg(line_id::text, ',')) from changed having count(*) > 0`;
