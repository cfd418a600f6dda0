import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { openDatabase } from '../../src/db/database.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { Running } from '../../test/process/support/running.ts';
import { LiveWindows, openDeadlines } from './deadlines.ts';
import { type Heir, openHeir, shards } from './heir.ts';
import type { OwnerTask } from './owner.ts';

/** Everything in ms. */
export interface Failover {
  /** When each line of the dead host was begun, after it was killed. */
  readonly lines: readonly number[];
  /** By how much each deadline was late whose owner was dead, told by its job on the host that lives. */
  readonly byJobs: readonly number[];
  /** The same of windows of calls, which only their next owner ends. */
  readonly byTakeover: readonly number[];
  /** Of windows whose owner lives. */
  readonly live: readonly number[];
}

const lines = 1_000;
const windows = 100;
const deadlines = 300;
/** Longer than it takes to set them all. */
const leadMs = 5_000;
/** From the kill until after the takeover. */
const spreadMs = 12_000;
/** Deadlines are told so much later on purpose: their owner, if he lives, is first (`adapters/jobs/deadlines.ts`). */
const jobLagMs = 250;
const longestMs = 45_000;

/** Two hosts share an empty installation, one is killed (SIGKILL), and the other goes on. */
export async function failover(databaseUrl: string, redisUrl: string | undefined): Promise<Failover> {
  await using opened = new AsyncDisposableStack();
  const begun: number[] = [];
  const byTakeover: number[] = [];
  const byJobs: number[] = [];
  const heir = await openHeir({
    ...{ databaseUrl, redisUrl },
    bound: () => void begun.push(Date.now()),
    // One that is not over yet is kept by a timer of the new owner from here on.
    found: ({ windowUntil = 0 }) => void byTakeover.push(Math.max(0, Date.now() - windowUntil)),
  });
  opened.defer(() => heir.close());
  const database = await openDatabase(databaseUrl);
  opened.defer(() => database.close());
  const log = pino({ level: 'warn' });
  const queued = await openDeadlines({ databaseUrl, redisUrl, host: 'heir', database, log });
  opened.defer(() => queued.close());
  const live = new LiveWindows(queued);
  queued.onPassed((deadline) => {
    if (!live.passed(deadline) && deadline.kind === 'dead-owner') byJobs.push(Date.now() - deadline.dueAt - jobLagMs);
  });
  const rows = new pg.Client(databaseUrl);
  await rows.connect();
  opened.defer(() => rows.end());

  const owner = Running.start('bench/hosts/owner.ts', {
    DATABASE_URL: databaseUrl,
    SECRET_KEY: Buffer.alloc(32).toString('base64'),
    SHARDS: String(shards),
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  });
  opened.defer(async () => {
    owner.signal('SIGKILL');
    await owner.exited;
  });
  await owner.prints(/ready/);
  await heir.hosting.ownership.start();
  await until('the hosts to have their shares', async () => {
    const owned = await rows.query(`select split_part(owner, '/', 1) as host from shard where owner is not null`);
    const ofHeir = owned.rows.filter(({ host }: { host: string }) => host === 'heir').length;
    return owned.rows.length === shards + 2 && ofHeir === (shards + 2) / 2;
  });

  const users = usersOf(heir, lines);
  await addLines(heir, users);
  const killAt = Date.now() + leadMs;
  const spread = (count: number, number: number) => Math.round(killAt + (number / count) * spreadMs);
  const task: OwnerTask = {
    windows: users.slice(0, windows).map((user, number) => [user, spread(windows, number)] as const),
    deadlines: Array.from({ length: deadlines }, (_, number) => spread(deadlines, number)),
  };
  owner.types(JSON.stringify(task));
  await owner.prints(/done/);
  if (Date.now() > killAt) throw new Error('setting the deadlines took too long');
  await sleep(killAt - Date.now());
  owner.signal('SIGKILL');
  await owner.exited;
  await until('the lines to be begun', () => begun.length >= lines);
  await until('the windows to be found', () => byTakeover.length >= windows);
  await until('the deadlines to be told', () => byJobs.length >= deadlines);
  return {
    lines: begun.map((at) => at - killAt),
    byJobs,
    byTakeover,
    live: await live.lateness(deadlines, 1_000, 9_000),
  };
}

/** People whom the other host carries. */
function usersOf({ hosting }: Heir, count: number): UserId[] {
  const found: UserId[] = [];
  for (let number = 1; found.length < count; number++) {
    const user = UserId(`${1_000_000 + number}`);
    if (!hosting.carries(user)) found.push(user);
  }
  return found;
}

async function addLines({ lines: book }: Heir, users: readonly UserId[]): Promise<void> {
  const settings = { name: 'Office', login: '100', password: 'secret', domain: 'pbx.test', proxy: '' };
  for (let from = 0; from < users.length; from += atOnce) {
    await Promise.all(
      users
        .slice(from, from + atOnce)
        .map((owner) => book.add({ ...settings, owner, transport: 'udp', codecs: ['opus'] })),
    );
  }
}

const atOnce = 20;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const patience = AbortSignal.timeout(longestMs);
  while (!(await holds())) {
    if (patience.aborted) throw new Error(`waited ${longestMs / 1_000} s for ${what}`);
    await sleep(20);
  }
}
