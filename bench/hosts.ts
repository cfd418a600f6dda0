/**
 * What a host costs that carries many people, and how fast another one goes on with what it carried: memory of actors at rest,
 * processor time of an event against the bare machine, lines taken over, and lateness of deadlines. Every measure is printed with
 * its limit; exits with 1 when one does not hold.
 *
 *   npm run bench -- hosts       Redis beside PostgreSQL where redis-server is installed
 */
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { startCluster } from '../src/db/cluster.ts';
import { hasRedis, startRedis } from '../test/adapters/jobs/redis.ts';
import { temporaryDirectory } from '../test/support/database.ts';
import { bytesAtRest } from './hosts/at-rest.ts';
import { type Failover, failover } from './hosts/failover.ts';
import { microsecondsPerEvent } from './hosts/per-event.ts';
import { note, percentile, spreadOf, tell } from './hosts/verdicts.ts';

/** Of each kind. */
const atRest = 5_000;
/** Nothing here takes so long; a bench that hangs ends. */
const overdue = setTimeout(() => {
  console.error('The bench took too long.');
  process.exit(1);
}, 300_000).unref();

// First: afterwards there is much for the collector to look at.
const cpu = await microsecondsPerEvent();
tell('processor time of an event through registry, log and effects', cpu.through / cpu.bare, 3, '× the bare machine');
note(`${cpu.bare.toFixed(1)} µs bare, ${cpu.through.toFixed(1)} µs through all of it`);

const heap = await bytesAtRest(atRest);
tell(`heap of a line, of ${2 * atRest} actors at rest`, heap.line / 1_000, 12, 'kB');
tell('heap of a softphone among them', heap.softphone / 1_000, 12, 'kB');

const directory = await temporaryDirectory();
const cluster = await startCluster(directory);
try {
  judge('PostgreSQL', await failover(cluster.url, undefined));
  if (hasRedis()) {
    const redis = await startRedis();
    try {
      judge('Redis', await failover(await anotherDatabase(cluster.url), `redis://127.0.0.1:${redis.port}`));
    } finally {
      await redis.stop();
    }
  }
} finally {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
}
clearTimeout(overdue);

async function anotherDatabase(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create database with_redis');
  await client.end();
  return Object.assign(new URL(url), { pathname: '/with_redis' }).href;
}

function judge(backend: string, { lines, byJobs, byTakeover, live }: Failover): void {
  const first = Math.min(...lines);
  const last = Math.max(...lines);
  tell(`${backend}: ${lines.length} lines of a killed host: the last begun after the first`, last - first, 3_000, 'ms');
  note(`the first ${first.toFixed(0)} ms after the kill`);
  tell(`${backend}: deadlines with a live owner, p99 late`, percentile(live, 0.99), 100, 'ms');
  note(spreadOf(live));
  tell(`${backend}: deadlines with a dead owner, told by their jobs, p99 late`, percentile(byJobs, 0.99), 2_000, 'ms');
  note(spreadOf(byJobs));
  tell(
    `${backend}: windows of calls of a dead owner, read by the next one, the last late`,
    percentile(byTakeover, 1),
    15_000,
    'ms',
  );
  note(spreadOf(byTakeover));
}
