/**
 * A host that owns shards and does nothing in them: storage and ownership alone, in a process of its own, for tests that kill and
 * stop it. DATABASE_URL; REDIS_URL; HOST; WORKER; SHARDS; CLOCK_BEHIND_MS: how far its clock is behind ours.
 *
 * Says each thing as one line of JSON (`HostLine`). Hears `busy`, `idle` (all of its shards), `report` and `write`.
 */
import { createInterface } from 'node:readline';

const { DATABASE_URL = '', REDIS_URL, HOST = '', WORKER = 'main', SHARDS, CLOCK_BEHIND_MS = '0' } = process.env;
const behindMs = Number(CLOCK_BEHIND_MS);
const now = Date.now;
Date.now = () => now() - behindMs;

const { pino } = await import('pino');
const { Ownership } = await import('../../../src/actors/hosting/ownership.ts');
const { openShardJobs } = await import('../../../src/adapters/jobs/hosting/shard-jobs.ts');
const { leaseParameters, leaseSql } = await import('../../../src/db/hosting/fence.ts');
const { HostRefused } = await import('../../../src/db/hosting/host-refused.ts');
const { openHost } = await import('../../../src/db/hosting/open-host.ts');
const { openStorage } = await import('../../../src/storage.ts');

export type HostLine =
  | { readonly is: 'ready'; readonly pid: number; readonly incarnation: string }
  | { readonly is: 'gained'; readonly shard: string; readonly epoch: number; readonly from: string | undefined }
  | { readonly is: 'lost'; readonly shard: string; readonly why: string }
  /** All it holds, and what of it it may act for. */
  | { readonly is: 'report'; readonly held: readonly string[]; readonly may: readonly string[] }
  /** It did not run for `gapMs`; said at the first instruction after it. */
  | { readonly is: 'woken'; readonly gapMs: number; readonly held: number; readonly may: number }
  /** How many rows it wrote with the epochs it held. */
  | { readonly is: 'written'; readonly tried: number; readonly rows: number }
  | { readonly is: 'fault'; readonly where: string; readonly reason: string }
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'left' };

const say = (line: HostLine) => console.log(JSON.stringify(line));
const log = pino({ level: 'silent' });
const storage = await openStorage(
  { DATABASE_URL, SECRET_KEY: Buffer.alloc(32).toString('base64'), RECORDINGS_DIR: process.env.RECORDINGS_DIR },
  '',
);

const book = await openHost({
  url: DATABASE_URL,
  host: HOST,
  worker: WORKER,
  kind: 'operator',
  place: '',
  installation: { jobs: REDIS_URL ? 'Redis' : 'PostgreSQL', shards: SHARDS === undefined ? undefined : Number(SHARDS) },
  patienceMs: 1_000,
}).catch((error: unknown) => {
  if (!(error instanceof HostRefused)) throw error;
  say({ is: 'refused', reason: error.message });
  process.exit(1);
});
const locks = await openShardJobs({
  databaseUrl: DATABASE_URL,
  redisUrl: REDIS_URL,
  worker: WORKER,
  host: HOST,
  shards: book.shards,
  log,
});
let isBusy = false;
const ownership = new Ownership({
  book,
  locks,
  holder: {
    gained: ({ shard, epoch, previous }) => say({ is: 'gained', shard, epoch, from: previous?.owner }),
    lost: ({ shard }, why) => say({ is: 'lost', shard, why }),
    isIdle: () => !isBusy,
  },
  faults: { report: (where, error) => say({ is: 'fault', where, reason: String(error) }) },
});

const may = () => ownership.shards.filter(({ shard }) => ownership.mayAct(shard));

/** As every write of a host: with the epoch it knows, whatever it may think of its right to. */
async function write(): Promise<void> {
  const mine = ownership.shards;
  let rows = 0;
  for (const { shard, epoch } of mine) {
    const written = await storage.database
      .fork()
      .execute<unknown[]>(
        `with ${leaseSql} insert into proof (shard, owner, epoch) select ?, ?, ? where exists (select from lease) returning 1`,
        [...leaseParameters({ shard, owner: ownership.incarnation, epoch }), shard, ownership.incarnation, epoch],
      );
    rows += written.length;
  }
  say({ is: 'written', tried: mine.length, rows });
}

let lastRanAt = now();
setInterval(() => {
  const gapMs = now() - lastRanAt;
  lastRanAt = now();
  if (gapMs < 3_000) return;
  say({ is: 'woken', gapMs, held: ownership.shards.length, may: may().length });
  void write();
}, 20);

createInterface({ input: process.stdin }).on('line', (command) => {
  if (command === 'busy') isBusy = true;
  if (command === 'idle') {
    isBusy = false;
    ownership.idle();
  }
  if (command === 'write') void write();
  if (command === 'report') {
    say({ is: 'report', held: ownership.shards.map(({ shard }) => shard), may: may().map(({ shard }) => shard) });
  }
});

process.once('SIGTERM', () => void leave());
async function leave(): Promise<void> {
  ownership.drain();
  await ownership.emptied(AbortSignal.timeout(60_000));
  await ownership.close();
  await storage.close();
  say({ is: 'left' });
  process.exit(0);
}

await ownership.start();
say({ is: 'ready', pid: process.pid, incarnation: ownership.incarnation });
