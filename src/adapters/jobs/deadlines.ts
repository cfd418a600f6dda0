import type { Logger } from 'pino';
import type { Deadline, Deadlines } from '../../actors/ports/deadlines.ts';
import { EpochMs } from '../../machines/model/ids.ts';
import { type Clock, systemClock } from './clock.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobData } from './jobs.ts';
import { inTime } from './jobs-unavailable.ts';

/** Where deadlines stand: what is not there is not due. */
export interface DeadlineRows {
  /** Replaces the one of the same address and kind. */
  put(deadline: Deadline): Promise<void>;
  find(address: string, kind: string): Promise<Deadline | undefined>;
  remove(address: string, kind: string): Promise<void>;
  /** Removes it unless it was replaced meanwhile. */
  removeExact(deadline: Deadline): Promise<void>;
  /** Those due until then, the earliest first, from the one after `after` on. */
  dueUntil(until: EpochMs, limit: number, after?: Deadline): Promise<readonly Deadline[]>;
}

export interface QueuedDeadlinesOptions {
  readonly rows: DeadlineRows;
  readonly queue: JobQueue<JobData['deadlines']>;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Told how late each deadline is told, in ms. */
  readonly told?: (lateMs: number) => void;
}

/** The one who lives hears of it from his own timer; the job comes after it, so that it mostly finds nothing to do. */
const jobLagMs = 250;
/** How often rows are looked at, for jobs that were lost with their server or could not be told. */
const lookEveryMs = 30_000;
/** Whether a job is late or was lost shows after this. */
const patienceMs = 2_000;
/** No deadline is further away: ten years. */
const everMs = 10 * 365 * 86_400_000;
const listenerMs = 30_000;
const atOnce = 500;
const concurrency = 20;
const closingMs = 5_000;

/**
 * Deadlines that outlive the process. The row is the truth; the job only wakes us, so late, doubled, and lost jobs do no
 * harm.
 */
export class QueuedDeadlines implements Deadlines {
  readonly #rows: DeadlineRows;
  readonly #queue: JobQueue<JobData['deadlines']>;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #told: ((lateMs: number) => void) | undefined;
  readonly #telling = new Map<string, Promise<void>>();
  #listener: ((deadline: Deadline) => void | Promise<void>) | undefined;
  #cancelLook: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor({ rows, queue, log, clock = systemClock, told }: QueuedDeadlinesOptions) {
    this.#told = told;
    this.#rows = rows;
    this.#queue = queue;
    this.#log = log;
    this.#clock = clock;
  }

  async set({ address, kind, dueAt }: Deadline): Promise<void> {
    // Whole milliseconds: what is compared later went through the database.
    const deadline = { address, kind, dueAt: EpochMs(Math.ceil(dueAt)) };
    await this.#rows.put(deadline);
    await this.#wake(deadline);
  }

  async clear(address: string, kind: string): Promise<void> {
    const known = await this.#rows.find(address, kind);
    if (!known) return;
    await this.#rows.remove(address, kind);
    // Not waited for: a job without its row does nothing.
    this.#queue.remove(keyOf(known)).catch(() => {});
  }

  /** From here on deadlines are told, first those that passed while nobody ran. */
  onPassed(listener: (deadline: Deadline) => void | Promise<void>): void {
    if (this.#listener) throw new Error('deadlines have their listener already');
    this.#listener = listener;
    this.#queue.work((job) => this.#jobDue({ ...job, dueAt: EpochMs(job.dueAt) }), { concurrency });
    this.#lookAhead(everMs, 0);
  }

  /** Nothing is told any more. Waits at most 5 s for what is being told. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook?.();
    await Promise.race([
      Promise.allSettled([this.#looking, ...this.#telling.values()]),
      new Promise((resolve) => setTimeout(resolve, closingMs).unref()),
    ]);
  }

  #lookAhead(horizonMs: number, waitMs: number): void {
    this.#looking = this.#look(horizonMs, waitMs).finally(() => {
      if (this.#closed) return;
      this.#cancelLook = this.#clock.after(lookEveryMs, () => this.#lookAhead(2 * lookEveryMs, patienceMs));
    });
  }

  /** @param waitMs how long past its time a deadline has to be before its job counts as lost */
  async #look(horizonMs: number, waitMs: number): Promise<void> {
    const now = this.#clock.now();
    const until = EpochMs(now + horizonMs);
    try {
      let last: Deadline | undefined;
      do {
        const page = await this.#rows.dueUntil(until, atOnce, last);
        await Promise.all(page.map((deadline) => this.#lookAt(deadline, deadline.dueAt + waitMs <= now)));
        last = page.length === atOnce ? page.at(-1) : undefined;
      } while (last && !this.#closed);
    } catch (error) {
      this.#log.warn({ reason: String(error) }, 'deadlines could not be read');
    }
  }

  async #lookAt(deadline: Deadline, isOverdue: boolean): Promise<void> {
    if (!isOverdue) return this.#wake(deadline);
    await this.#tell(deadline).catch((error: unknown) => {
      this.#log.warn({ kind: deadline.kind, reason: String(error) }, 'a deadline was not taken');
    });
  }

  async #wake(deadline: Deadline): Promise<void> {
    const delayMs = deadline.dueAt + jobLagMs - this.#clock.now();
    const { address, kind, dueAt } = deadline;
    await this.#queue.add(keyOf(deadline), { address, kind, dueAt }, delayMs).catch((error: unknown) => {
      // The row is found by the next look.
      this.#log.warn({ reason: String(error) }, 'a deadline has no job');
    });
  }

  async #jobDue(job: Deadline): Promise<void> {
    const now = await this.#rows.find(job.address, job.kind);
    if (now?.dueAt === job.dueAt) await this.#tell(now);
  }

  /** Tells it, once at a time. @throws what the listener throws */
  #tell(deadline: Deadline): Promise<void> {
    const key = keyOf(deadline);
    const already = this.#telling.get(key);
    if (already) return already;
    const telling = this.#tellAndRemove(deadline).finally(() => this.#telling.delete(key));
    this.#telling.set(key, telling);
    return telling;
  }

  async #tellAndRemove(deadline: Deadline): Promise<void> {
    if (this.#closed) throw new Error('deadlines were closed');
    this.#told?.(this.#clock.now() - deadline.dueAt);
    await inTime(Promise.resolve(this.#listener?.(deadline)), listenerMs, 'the listener of deadlines');
    await this.#rows.removeExact(deadline);
  }
}

const keyOf = ({ address, kind, dueAt }: Deadline) => JSON.stringify([address, kind, dueAt]);
