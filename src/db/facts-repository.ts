import type { Facts, FoundCall, FoundCalls, Keeping, KeptCall, KeptCalls, ShardLease } from '../actors/ports/facts.ts';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import { ShardId } from '../machines/model/shards.ts';
import type { Database } from './database.ts';
import { leaseParameters, leaseSql } from './hosting/fence.ts';
import type { SecretBox } from './secret-box.ts';

const purpose = (call: string) => `call_fact/${call}`;

/** The facts of calls in the database; sealed, for there are numbers and keys in them. */
export class FactsRepository implements Facts {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  async keep({ user, calls, windowUntil }: KeptCalls, lease: ShardLease): Promise<Keeping> {
    const rows = calls.map((call) => ({ id: call.label.call, facts: this.#seal(call) }));
    const { shard, epoch } = lease;
    const [done] = await this.#database
      .fork()
      .execute<Done[]>(keepSql, [
        ...leaseParameters(lease),
        ...[user, shard, epoch, rows[0]?.id ?? noCall, windowUntil === undefined ? null : new Date(windowUntil)],
        ...[user, JSON.stringify(rows.map(({ id }) => id))],
        ...[user, shard, epoch, JSON.stringify(rows)],
      ]);
    if (!done?.is_ours) return 'taken';
    return done.is_kept ? 'kept' : 'elsewhere';
  }

  async forget(user: UserId, lease: ShardLease): Promise<Keeping> {
    const [done] = await this.#database
      .fork()
      .execute<Done[]>(forgetSql, [...leaseParameters(lease), user, lease.shard, user, lease.shard]);
    return done?.is_ours ? 'kept' : 'taken';
  }

  async open(
    shard: ShardId,
    unreadable: (user: UserId, error: unknown) => void = () => {},
  ): Promise<readonly FoundCalls[]> {
    const rows = await this.#database.fork().execute<OpenRow[]>(openSql, [shard, shard, shard]);
    const users = new Map<string, OpenRow[]>();
    for (const row of rows) users.set(row.user_id, [...(users.get(row.user_id) ?? []), row]);
    return [...users].flatMap(([user, ofUser]) => {
      try {
        return [this.#read(UserId(user), ofUser)];
      } catch (error) {
        unreadable(UserId(user), error);
        return [];
      }
    });
  }

  async placesOf(users: readonly UserId[]): Promise<ReadonlyMap<UserId, ShardId>> {
    if (users.length === 0) return new Map();
    const rows = await this.#database.fork().execute<{ user_id: string; shard_id: string }[]>(
      `select user_id, shard_id from softphone s
       where user_id in (select jsonb_array_elements_text(?::jsonb)) and ${isAlive}`,
      [JSON.stringify(users)],
    );
    return new Map(rows.map(({ user_id, shard_id }) => [UserId(user_id), ShardId(shard_id)]));
  }

  /** @throws WrongSecretKey */
  #read(user: UserId, rows: readonly OpenRow[]): FoundCalls {
    const { window_until_ms: until, written_at_ms: writtenAt } = rows[0] as OpenRow;
    return {
      user,
      calls: rows.map((row) => this.#callOf(row)),
      windowUntil: momentOf(until),
      writtenAt: EpochMs(Number(writtenAt)),
    };
  }

  #callOf({ id, facts, answered_at_ms: answeredAt }: OpenRow): FoundCall {
    const call = JSON.parse(this.#box.open(facts, purpose(id))) as KeptCall;
    return { ...call, answeredAt: momentOf(answeredAt) };
  }

  #seal(call: KeptCall): string {
    return this.#box.seal(JSON.stringify(call), purpose(call.label.call));
  }
}

/** Facts of calls that ended and were not removed: their host died between the two. Part of what is removed once a day. */
export const removeFactsOfEnded = async (database: Database): Promise<void> => {
  await database.fork().execute(
    `with over as (
       delete from call_fact f using call c where c.id = f.id and c.ended_at < now() - interval '1 hour' returning f.id
     )
     delete from softphone s where (s.current_call <> '${noCall}' or s.written_at < now() - interval '1 hour') and not exists (
       select from call_fact f where f.user_id = s.user_id and f.id not in (select id from over)
     )`,
  );
};

interface Done {
  readonly is_ours: boolean;
  readonly is_kept: boolean;
}

/** Of somebody for whom something is about to begin. */
const noCall = '';

/** Within the Worker somebody would have taken the shard over by then. */
const isAlive = `exists (
      select from shard join host on host.incarnation = shard.owner
      where shard.id = s.shard_id and host.seen_at > clock_timestamp() - interval '15 s'
    )`;

/** A row of another Worker's shard is that shard's, unless it is so old that nobody can be talking any more, or nobody runs it. */
const keepSql = `
  with ${leaseSql},
  phone as (
    insert into softphone as s (user_id, shard_id, epoch, current_call, window_until, written_at)
    select ?, ?, ?, ?, ?::timestamptz, clock_timestamp() from lease
    on conflict (user_id) do update set
      shard_id = excluded.shard_id, epoch = excluded.epoch, current_call = excluded.current_call,
      window_until = excluded.window_until, written_at = excluded.written_at
    where s.shard_id = excluded.shard_id or s.written_at < now() - interval '1 day' or not ${isAlive}
    returning 1
  ),
  over as (
    delete from call_fact
    where user_id = ? and id not in (select jsonb_array_elements_text(?::jsonb))
      and exists (select from phone)
  ),
  calls as (
    insert into call_fact (id, user_id, shard_id, epoch, facts)
    select c.id, ?, ?, ?, c.facts from phone, jsonb_to_recordset(?::jsonb) as c (id text, facts text)
    on conflict (id) do update set
      user_id = excluded.user_id, shard_id = excluded.shard_id, epoch = excluded.epoch, facts = excluded.facts
  )
  select exists (select from lease) as is_ours, exists (select from phone) as is_kept`;

const forgetSql = `
  with ${leaseSql},
  calls as (delete from call_fact where user_id = ? and shard_id = ? and exists (select from lease)),
  phone as (delete from softphone where user_id = ? and shard_id = ? and exists (select from lease))
  select exists (select from lease) as is_ours, true as is_kept`;

interface OpenRow {
  readonly user_id: string;
  readonly window_until_ms: string | null;
  readonly written_at_ms: string;
  readonly id: string;
  readonly facts: string;
  readonly answered_at_ms: string | null;
}

const momentOf = (ms: string | null) => (ms === null ? undefined : EpochMs(Number(ms)));

/**
 * The call log is written beside the facts, and may know of an end that they do not. What an earlier owner left of people without
 * calls would keep them from calls over other Workers.
 */
const openSql = `
  with over as (
    delete from call_fact f using call c
    where f.shard_id = ? and c.id = f.id and c.ended_at is not null returning f.id
  ),
  left_over as (
    delete from softphone s
    where s.shard_id = ? and s.epoch < (select epoch from shard where id = s.shard_id) and not exists (
      select from call_fact f
      where f.user_id = s.user_id and f.shard_id = s.shard_id and f.id not in (select id from over)
    )
  )
  select s.user_id, f.id, f.facts,
    floor(extract(epoch from s.window_until) * 1000) as window_until_ms,
    floor(extract(epoch from s.written_at) * 1000) as written_at_ms,
    floor(extract(epoch from c.answered_at) * 1000) as answered_at_ms
  from softphone s
  join call_fact f on f.user_id = s.user_id and f.shard_id = s.shard_id
  left join call c on c.id = f.id
  where s.shard_id = ? and c.ended_at is null
  order by s.user_id, f.id = s.current_call desc, f.id`;
