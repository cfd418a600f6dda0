import { createPostgresBackend, type Processor, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import { type EndlessJobs, lockMs } from './hosting/endless-jobs.ts';

/** What is used of BullMQ's queue and worker: the same on both backends, whose types differ. */
export interface RawQueue {
  add(name: string, data: unknown, options: JobOptions): Promise<unknown>;
  remove(jobId: string): Promise<number>;
  isPaused(): Promise<boolean>;
  getJobCounts(...states: JobState[]): Promise<Readonly<Record<string, number>>>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}
/** Of jobs that are not done; those that waited their delay out are waiting. */
export type JobState = 'waiting' | 'delayed' | 'active';

export interface RawWorker {
  waitUntilReady(): Promise<unknown>;
  /** Works until it is closed. Only once it was ready. */
  run(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}
export interface JobOptions {
  readonly jobId: string;
  readonly delay: number;
  readonly attempts: number;
  readonly backoff: { readonly type: 'exponential'; readonly delay: number };
  readonly removeOnComplete: true;
  readonly removeOnFail: true;
}
export interface WorkerOptions {
  readonly concurrency: number;
}

export interface Backend {
  /** Makes the tables where there are any; safe beside other starting hosts. */
  prepare(): Promise<void>;
  queue(name: string): RawQueue;
  worker(name: string, process: Processor<unknown>, options: WorkerOptions): RawWorker;
  /** Of jobs that never end and are fetched by hand. @param holder who holds them, told with each job that is held */
  endless(name: string, holder: string): EndlessJobs;
}

const connectMs = 3_000;
const answerMs = 5_000;
const lostServerPauseMs = 500;

const workerOptions = {
  autorun: false,
  /** Counts over a job's whole life; a job that was interrupted often is still to be done. */
  maxStalledCount: 1_000_000_000,
  /** After a refused connection; the library's 15 s would be a long time for a deadline. */
  runRetryDelay: 1_000,
};

/** For endless jobs, beside what is common to workers. */
const endlessOptions = {
  ...workerOptions,
  lockDuration: lockMs,
  /** A host that waits for a job asks this often, in seconds, whether there is one after all. */
  drainDelay: 1,
};

/** BullMQ on the product's own database, in a schema of its own (`bullmq`). */
export function postgresBackend(url: string): Backend {
  // A raw pool would need `search_path` set; from a configuration BullMQ builds pools that have it.
  const connection = {
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    statement_timeout: answerMs,
    keepAlive: true,
  };
  return {
    async prepare() {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
      client.on('error', () => {});
      await client.connect();
      try {
        await client.query(`set statement_timeout = '30s'`);
        // Takes an advisory lock, and all of it is one transaction.
        await runMigrations(client);
      } finally {
        await client.end();
      }
    },
    queue: (name) => new Queue(name, { connection }, createPostgresBackend),
    worker: (name, process, options) =>
      new Worker(name, process, { connection, ...workerOptions, ...options }, patientPostgresBackend),
    endless: (name, holder) => ({
      // Each check and renewal writes every row: twice as often would cost ten times the log.
      renewEveryMs: 2_000,
      queue: new Queue(name, { connection }, createPostgresBackend),
      worker: new Worker(
        name,
        null,
        { connection: { ...connection, max: 4 }, ...endlessOptions, name: holder, stalledInterval: 2_000 },
        createPostgresBackend,
      ),
    }),
  };
}

/** The library asks again at once when a connection broke, and would use up a core for as long as the server is away. */
const patientPostgresBackend: typeof createPostgresBackend = (name, options, given) => {
  const backend = createPostgresBackend(name, options, given);
  const moveToActive = backend.moveToActive.bind(backend);
  backend.moveToActive = (...asked) =>
    moveToActive(...asked).catch(async (error: unknown) => {
      await new Promise((resolve) => setTimeout(resolve, lostServerPauseMs).unref());
      throw error;
    });
  return backend;
};

/** BullMQ on Redis ≥ 7. */
export function redisBackend(url: string): Backend {
  const shared = { url, connectTimeout: connectMs, retryStrategy: (times: number) => Math.min(times * 100, 1_000) };
  // A producer must learn of a lost Redis at once; a worker has nothing better to do than wait for it.
  const producer = { ...shared, enableOfflineQueue: false, maxRetriesPerRequest: 1 };
  const consumer = { ...shared, maxRetriesPerRequest: null };
  return {
    prepare: async () => {},
    queue: (name) => new Queue(name, { connection: producer }),
    worker: (name, process, options) =>
      new Worker(name, process, { connection: consumer, ...workerOptions, ...options }),
    endless: (name, holder) => ({
      renewEveryMs: 1_500,
      queue: new Queue(name, { connection: producer }),
      worker: new Worker(name, null, {
        connection: consumer,
        ...endlessOptions,
        name: holder,
        stalledInterval: 1_000,
      }),
    }),
  };
}
