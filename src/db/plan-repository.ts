import { LockMode, type SqlEntityManager } from '@mikro-orm/postgresql';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { PlanAccountEntity, type PlanAccountRow } from './entities/plan-account.ts';
import type { RowCache } from './row-cache.ts';

/** What was counted since the first call of a period. */
export interface StoredCounter {
  readonly since: EpochMs;
  readonly used: number;
}

export interface StoredCounters {
  /** In milliseconds. */
  readonly talked: StoredCounter | undefined;
  /** In calls. */
  readonly failed: StoredCounter | undefined;
  /** By limit: when a period began, or something else was the case, that the owner was told of. */
  readonly told: Readonly<Record<string, number>>;
}

/** A call may be told again for this long without being counted again: longer than any period. */
const rememberedMs = 31 * 86_400_000;

/** Who has which plan, and the counters, in the database. Changes of one owner happen one after the other, on all hosts. */
export class PlanRepository {
  readonly #database: Database;
  readonly #kept: RowCache | undefined;

  /** @param kept for screens; without it every question is one to the database */
  constructor(database: Database, kept?: RowCache) {
    this.#database = database;
    this.#kept = kept;
  }

  /** Undefined: he was given none. */
  async assigned(owner: UserId): Promise<string | undefined> {
    return (await this.#row(owner))?.plan ?? undefined;
  }

  /** `undefined` takes the plan away. Counters stay. */
  async setPlan(owner: UserId, plan: string | undefined): Promise<void> {
    await this.#database.fork().upsert(PlanAccountEntity, { ownerId: owner, plan: plan ?? null });
    this.#database.rows.forget(`plan/${owner}`);
  }

  /** Everybody who was given a plan. */
  async assignments(): Promise<readonly { readonly owner: UserId; readonly plan: string }[]> {
    const rows = await this.#database
      .fork()
      .find(PlanAccountEntity, { plan: { $ne: null } }, { orderBy: { ownerId: 'asc' } });
    return rows.map(({ ownerId, plan }) => ({ owner: UserId(ownerId), plan: plan ?? '' }));
  }

  async counters(owner: UserId): Promise<StoredCounters> {
    return countersOf((await this.#row(owner)) ?? undefined);
  }

  #row(owner: UserId): Promise<PlanAccountRow | null> {
    const load = () => this.#database.fork().findOne(PlanAccountEntity, { ownerId: owner });
    return this.#kept ? this.#kept.read(`plan/${owner}`, load) : load();
  }

  /** Changes the counters; undefined leaves them. @returns whether they were changed */
  async change(owner: UserId, change: (counters: StoredCounters) => StoredCounters | undefined): Promise<boolean> {
    return this.#database.fork().transactional((em) => changeLocked(em, owner, change));
  }

  /** The same once for each call. */
  async changeOnce(
    owner: UserId,
    ended: { readonly call: string; readonly at: EpochMs },
    change: (counters: StoredCounters) => StoredCounters | undefined,
  ): Promise<void> {
    await this.#database.fork().transactional(async (em) => {
      const first = await em.execute<unknown[]>(
        'insert into plan_call (call, owner_id, ended_at) values (?, ?, ?) on conflict do nothing returning 1',
        [ended.call, owner, new Date(ended.at)],
      );
      if (first.length === 0) return;
      await em.execute('delete from plan_call where owner_id = ? and ended_at < ?', [
        owner,
        new Date(ended.at - rememberedMs),
      ]);
      await changeLocked(em, owner, change);
    });
  }
}

async function changeLocked(
  em: SqlEntityManager,
  owner: UserId,
  change: (counters: StoredCounters) => StoredCounters | undefined,
): Promise<boolean> {
  // A row to lock, also for an owner who is new.
  await em.execute('insert into plan_account (owner_id) values (?) on conflict do nothing', [owner]);
  const row = await em.findOneOrFail(PlanAccountEntity, { ownerId: owner }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const changed = change(countersOf(row));
  if (!changed) return false;
  await em.nativeUpdate(PlanAccountEntity, { ownerId: owner }, columnsOf(changed));
  return true;
}

const countersOf = (row: PlanAccountRow | undefined): StoredCounters => ({
  talked: row?.talkedSince ? { since: EpochMs(row.talkedSince.getTime()), used: row.talkedMs } : undefined,
  failed: row?.failedSince ? { since: EpochMs(row.failedSince.getTime()), used: row.failedCalls } : undefined,
  told: row?.told ?? {},
});

const columnsOf = ({ talked, failed, told }: StoredCounters) => ({
  talkedSince: talked ? new Date(talked.since) : null,
  talkedMs: Math.round(talked?.used ?? 0),
  failedSince: failed ? new Date(failed.since) : null,
  failedCalls: failed?.used ?? 0,
  told,
});
