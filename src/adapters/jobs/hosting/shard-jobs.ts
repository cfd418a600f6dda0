import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ShardLock, ShardLocks } from '../../../actors/ports/shard-locks.ts';
import { mainWorker, type ShardId } from '../../../machines/model/shards.ts';
import { type Backend, postgresBackend, redisBackend } from '../backends.ts';
import { complaints } from '../complaints.ts';
import { end } from '../ending.ts';
import { inTime, JobsUnavailable } from '../jobs-unavailable.ts';
import { onceMoreAfterDeadlock } from './deadlock.ts';
import { type EndlessJob, type EndlessJobs, lockMs } from './endless-jobs.ts';

export interface ShardJobsOptions {
  readonly databaseUrl: string;
  /** Given: the jobs live in Redis; otherwise in the database. */
  readonly redisUrl?: string | undefined;
  /** Letters, digits, `.`, `_` and `-`: its hosts share a queue of their own. */
  readonly worker: string;
  /** The same after a restart: what it held before is given back at once. */
  readonly host: string;
  /** All of the Worker. */
  readonly shards: readonly ShardId[];
  readonly log: Logger;
  /** The tables of the queues are there: `openJobs` has made them. */
  readonly isPrepared?: boolean;
}

const openingMs = 10_000;
/** A fetch waits a second for a job, and by the library's own watchdog up to a second more. */
const fetchMs = 3_000;
const answerMs = 2_000;
const fillMs = 5_000;
const atOnce = 128;

/**
 * Opens the queue of a Worker's shards: recovers what an earlier process of this host held, and from now on whatever a dead
 * host holds.
 * @throws JobsUnavailable when the server cannot be reached within 10 s
 */
export async function openShardJobs(options: ShardJobsOptions): Promise<ShardLocks> {
  const { databaseUrl, redisUrl, worker, host } = options;
  const backend: Backend = redisUrl === undefined ? postgresBackend(databaseUrl) : redisBackend(redisUrl);
  let locks: ShardJobs | undefined;
  try {
    if (!options.isPrepared) await inTime(backend.prepare(), openingMs, 'making the tables of the queues');
    // Only now: a worker that finds no tables never works.
    locks = new ShardJobs(backend.endless(worker === mainWorker ? 'hosting' : `hosting.${worker}`, host), options);
    await inTime(locks.open(), openingMs, 'opening the queue of shards');
    return locks;
  } catch (cause) {
    await locks?.close();
    throw cause instanceof JobsUnavailable
      ? cause
      : new JobsUnavailable('the queue of shards cannot be used', { cause });
  }
}

class ShardJobs implements ShardLocks {
  readonly #jobs: EndlessJobs;
  readonly #host: string;
  readonly #shards: ReadonlyMap<string, ShardId>;
  readonly #ending = new AbortController();
  readonly #run = randomUUID();
  #fetches = 0;
  #fetching: Promise<JobLock | undefined> | undefined;
  #renewing: Promise<readonly string[]> | undefined;

  constructor(jobs: EndlessJobs, { worker, host, shards, log }: ShardJobsOptions) {
    this.#jobs = jobs;
    this.#host = host;
    this.#shards = new Map(shards.map((shard) => [jobIdOf(shard), shard]));
    const complain = complaints(log, `hosting of ${worker}`, this.#ending.signal);
    jobs.queue.on('error', complain);
    jobs.worker.on('error', complain);
  }

  get renewEveryMs(): number {
    return this.#jobs.renewEveryMs;
  }

  async open(): Promise<void> {
    const { queue, worker } = this.#jobs;
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    const active = await queue.getActive();
    // The token 0 is not compared with the lock's.
    await Promise.all(active.filter((job) => job.processedBy === this.#host).map((job) => job.moveToWait('0')));
    await this.fill();
    await worker.startStalledCheckTimer();
  }

  async next(): Promise<ShardLock | undefined> {
    // With a server that is away a fetch waits until it is back: the job it then brings is for whoever asks at that time.
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#ask('fetching a shard', () => this.#fetching, fetchMs);
  }

  async #fetch(): Promise<JobLock | undefined> {
    const token = `${this.#run}-${this.#fetches++}`;
    const job = await this.#jobs.worker.getNextJob(token, { block: true });
    if (!job) return undefined;
    const shard = this.#shards.get(job.id ?? '');
    if (shard) return { shard, job, token };
    // Of a time when there were more shards.
    await job.moveToCompleted(undefined, token, false);
    return undefined;
  }

  async renew(locks: readonly ShardLock[]): Promise<readonly ShardLock[]> {
    // A server that is away answers all of them when it is back; one is enough.
    if (this.#renewing) throw new JobsUnavailable('the last renewal has no answer yet');
    const held = locks as readonly JobLock[];
    this.#renewing = this.#jobs.worker
      .extendJobLocks(
        held.map(({ shard }) => jobIdOf(shard)),
        held.map(({ token }) => token),
        lockMs,
      )
      .finally(() => {
        this.#renewing = undefined;
      });
    const lost = new Set(await this.#ask('renewing locks', () => this.#renewing ?? Promise.resolve([]), answerMs));
    return held.filter(({ shard }) => lost.has(jobIdOf(shard)));
  }

  async giveBack(lock: ShardLock): Promise<void> {
    const { job, token } = lock as JobLock;
    await this.#ask('giving a shard back', () => onceMoreAfterDeadlock(() => job.moveToWait(token)), answerMs);
  }

  async postpone(lock: ShardLock, delayMs: number): Promise<void> {
    const { job, token } = lock as JobLock;
    const move = () => job.moveToDelayed(Date.now() + delayMs, token);
    await this.#ask('postponing a shard', () => onceMoreAfterDeadlock(move), answerMs);
  }

  async fill(): Promise<void> {
    const { queue } = this.#jobs;
    await this.#ask(
      'putting back the jobs of shards',
      async () => {
        const counts = await queue.getJobCounts('wait', 'active', 'delayed');
        const there = Object.values(counts).reduce((sum, count) => sum + count, 0);
        if (there >= this.#shards.size) return;
        const all = [...this.#shards.keys()].map((jobId) => ({
          name: 'shard',
          data: {},
          opts: { jobId, removeOnComplete: true, removeOnFail: true } as const,
        }));
        // Those that are there are left as they are.
        for (let from = 0; from < all.length; from += atOnce) await queue.addBulk(all.slice(from, from + atOnce));
      },
      fillMs,
    );
  }

  async close(): Promise<void> {
    this.#ending.abort();
    // Forced: a job that never ends would be waited for.
    await Promise.all([end(this.#jobs.worker, true), end(this.#jobs.queue)]);
  }

  async #ask<Answer>(what: string, request: () => Promise<Answer> | undefined, timeoutMs: number): Promise<Answer> {
    try {
      return await inTime(request() as Promise<Answer>, timeoutMs, what);
    } catch (cause) {
      if (cause instanceof JobsUnavailable) throw cause;
      throw new JobsUnavailable(`${what} failed`, { cause });
    }
  }
}

interface JobLock extends ShardLock {
  readonly job: EndlessJob;
  readonly token: string;
}

/** Queues are per Worker, so their jobs need not say which. */
const jobIdOf = (shard: ShardId): string => shard.slice(shard.indexOf('/') + 1);
