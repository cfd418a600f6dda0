/**
 * How late deadlines are told by their jobs alone (no timer of their owner), as percentiles, and as a ratio to what a
 * plain timer needs in the same run. A job is made 250 ms later than its deadline on purpose; that part is taken off.
 *
 *   node bench/deadlines.ts [count]      REDIS_URL=redis://… measures Redis beside PostgreSQL
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Deadline } from '../src/actors/ports/deadlines.ts';
import { QueuedDeadlines } from '../src/adapters/jobs/deadlines.ts';
import { openJobs } from '../src/adapters/jobs/jobs.ts';
import { startCluster } from '../src/db/cluster.ts';
import { EpochMs } from '../src/machines/model/ids.ts';

const count = Number(process.argv[2] ?? 300);
const spreadMs = 6_000;
const leadMs = 3_000;
const lagMs = 250;

async function byJobs(redisUrl: string | undefined): Promise<number[]> {
  const log = pino({ level: 'warn' });
  const jobs = await openJobs({ databaseUrl: cluster.url, redisUrl, log });
  const rows = new MemoryRows();
  const deadlines = new QueuedDeadlines({ rows, queue: jobs.queues.deadlines, log });
  const lateness: number[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  deadlines.onPassed(({ dueAt }) => {
    lateness.push(Date.now() - dueAt - lagMs);
    if (lateness.length === count) resolve();
  });
  const begin = Date.now() + leadMs;
  const each = Array.from({ length: count }, (_, i) => ({
    address: `user/${i}`,
    kind: 'bench',
    dueAt: EpochMs(begin + Math.round((i / count) * spreadMs)),
  }));
  await Promise.all(each.map((deadline) => deadlines.set(deadline)));
  await all;
  await deadlines.close();
  await jobs.close();
  return lateness;
}

async function plainTimers(): Promise<number[]> {
  const begin = performance.now();
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const dueMs = 100 + (i / count) * 1_000;
      await new Promise((done) => setTimeout(done, begin + dueMs - performance.now()));
      return performance.now() - begin - dueMs;
    }),
  );
}

/** Rows cost what the database costs; here only the way through the queue is of interest. */
class MemoryRows {
  readonly #rows = new Map<string, Deadline>();
  async put(deadline: Deadline) {
    this.#rows.set(deadline.address, deadline);
  }
  async find(address: string) {
    return this.#rows.get(address);
  }
  async remove(address: string) {
    this.#rows.delete(address);
  }
  async removeExact({ address }: Deadline) {
    this.#rows.delete(address);
  }
  async dueUntil() {
    return [];
  }
}

function report(name: string, values: readonly number[], timerP95?: number) {
  const figures = [0.5, 0.95, 1].map((p) => percentile(values, p).toFixed(1).padStart(7));
  const ratio =
    timerP95 === undefined ? '' : `   p95 is ${(percentile(values, 0.95) / timerP95).toFixed(0)} × a timer's`;
  console.log(`${name.padEnd(12)} late by ms: p50 ${figures[0]}  p95 ${figures[1]}  max ${figures[2]}${ratio}`);
}

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

const directory = await mkdtemp(join(tmpdir(), 'siptg-bench-'));
const cluster = await startCluster(directory);
try {
  const timers = await plainTimers();
  report('setTimeout', timers);
  report('PostgreSQL', await byJobs(undefined), percentile(timers, 0.95));
  if (process.env.REDIS_URL) report('Redis', await byJobs(process.env.REDIS_URL), percentile(timers, 0.95));
} finally {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
}
