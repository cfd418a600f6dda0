import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Backend, JobState, RawQueue, RawWorker } from './backends.ts';
import { complaints } from './complaints.ts';
import { end } from './ending.ts';
import { inTime, JobsUnavailable } from './jobs-unavailable.ts';

export interface WorkOptions {
  /** How many jobs this process does at once. */
  readonly concurrency: number;
}

/** Does one job. A rejection has it told again, a second, two, four… later; it may also be told again after a success. */
export type JobHandler<Data> = (data: Data, signal: AbortSignal) => Promise<void>;

const answerMs = 5_000;
const attempts = 8;
const firstRetryMs = 1_000;
/** Requests without an answer yet; with a dead server each of them waits for its time-out. */
const requestsAtMost = 1_000;

/** One queue: jobs are told to a handler on some host, at least once, not before their delay has passed. */
export class JobQueue<Data extends object> {
  readonly #name: string;
  readonly #backend: Backend;
  readonly #log: Logger;
  readonly #queue: RawQueue;
  readonly #stopping = new AbortController();
  readonly #complain: (error: unknown) => void;
  #hasHandler = false;
  #worker: RawWorker | undefined;
  #requests = 0;
  /** What a connection said last; who waits for the server learns only that it does not answer. */
  #trouble: unknown;

  constructor(name: string, backend: Backend, log: Logger) {
    this.#name = name;
    this.#backend = backend;
    this.#log = log;
    const complain = complaints(log, name, this.#stopping.signal);
    this.#complain = (error) => {
      this.#trouble = error;
      complain(error);
    };
    this.#queue = backend.queue(name);
    this.#queue.on('error', (error) => this.#complain(error));
  }

  /** @throws JobsUnavailable */
  async ready(timeoutMs: number): Promise<void> {
    try {
      await this.#ask('opening', () => this.#queue.waitUntilReady(), timeoutMs);
    } catch (error) {
      if (!(this.#trouble instanceof Error)) throw error;
      throw new JobsUnavailable(`${(error as Error).message}: ${this.#trouble.message}`, { cause: error });
    }
  }

  /**
   * A job of the same key that waits, or is being done, stays as it is. Resolves when the server has it.
   * @throws JobsUnavailable within 5 s; the job may be there all the same
   */
  async add(key: string, data: Data, delayMs = 0): Promise<void> {
    const options = {
      jobId: jobId(key),
      delay: Math.max(0, Math.ceil(delayMs)),
      attempts,
      backoff: { type: 'exponential', delay: firstRetryMs },
      removeOnComplete: true,
      removeOnFail: true,
    } as const;
    await this.#ask('adding', () => this.#queue.add(this.#name, data, options));
  }

  /** A job that is being done is not stopped. @throws JobsUnavailable */
  async remove(key: string): Promise<void> {
    await this.#ask('removing', () => this.#queue.remove(jobId(key)));
  }

  /** @throws JobsUnavailable when the server does not answer within 5 s */
  async answers(): Promise<void> {
    await this.#ask('looking', () => this.#queue.isPaused());
  }

  /** How many jobs there are, on all hosts. @throws JobsUnavailable */
  async depth(): Promise<Readonly<Record<JobState, number>>> {
    const {
      waiting = 0,
      delayed = 0,
      active = 0,
    } = await this.#ask('counting', () => this.#queue.getJobCounts('waiting', 'delayed', 'active'));
    return { waiting, delayed, active };
  }

  /** Does jobs from now on; one handler per queue and process. */
  work(handler: JobHandler<Data>, options: WorkOptions): void {
    if (this.#hasHandler) throw new Error(`the queue ${this.#name} has its handler already`);
    this.#hasHandler = true;
    const { signal } = this.#stopping;
    const process = async (job: { readonly data: unknown }) => {
      try {
        await handler(job.data as Data, signal);
      } catch (error) {
        this.#log.warn({ queue: this.#name, reason: String(error) }, 'a job was not done');
        throw error;
      }
    };
    void this.#startWorker(() => this.#backend.worker(this.#name, process, options));
  }

  /** A worker whose first connection fails never works, and spins without letting anybody else run: it is made anew. */
  async #startWorker(make: () => RawWorker): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const worker = make();
      worker.on('error', (error) => this.#complain(error));
      this.#worker = worker;
      try {
        await worker.waitUntilReady();
        if (!signal.aborted) worker.run().catch((error: unknown) => this.#complain(error));
        return;
      } catch (error) {
        this.#complain(error);
        await end(worker);
        await new Promise((resolve) => setTimeout(resolve, firstRetryMs).unref());
      }
    }
  }

  /** Takes at most 6 s. */
  async close(): Promise<void> {
    this.#stopping.abort();
    // The worker waits for its handlers, and with a dead server for ever.
    await Promise.all([this.#worker && end(this.#worker), end(this.#queue)]);
  }

  async #ask<Answer>(what: string, request: () => Promise<Answer>, timeoutMs = answerMs): Promise<Answer> {
    if (this.#requests >= requestsAtMost) throw new JobsUnavailable(`${this.#name}: too many requests wait`);
    this.#requests++;
    try {
      return await inTime(request(), timeoutMs, `${what} (queue ${this.#name})`);
    } catch (cause) {
      if (cause instanceof JobsUnavailable) throw cause;
      throw new JobsUnavailable(`${what} failed (queue ${this.#name})`, { cause });
    } finally {
      this.#requests--;
    }
  }
}

/** BullMQ allows no colon in an id, nor one that is a number. */
const jobId = (key: string) => `j${createHash('sha256').update(key).digest('base64url').slice(0, 27)}`;
