import type { Logger } from 'pino';
import type { Delivery, RecordingDelivery } from '../../../actors/ports/recording-delivery.ts';
import { EpochMs, RecordingId } from '../../../machines/model/ids.ts';
import type { DeliveryFault } from '../../../machines/model/recording-faults.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { JobQueue } from '../job-queue.ts';
import type { JobData } from '../jobs.ts';
import { Attempt } from './attempt.ts';
import type { AudioTarget, BotTarget } from './audio-target.ts';
import type { RecordingRows } from './rows.ts';
import { exists, removeFiles, sidecars, writeSidecar } from './sidecar.ts';

export interface RecordingDeliveriesOptions {
  readonly rows: RecordingRows;
  readonly queue: JobQueue<JobData['recordings']>;
  /** The chat account's conversations with users. */
  readonly conversation: AudioTarget;
  /** Groups, channels, and people who started it. */
  readonly bot: BotTarget;
  /** Where recordings lie, looked through for such that no row knows. */
  readonly directory: string;
  /** What the owner is told with a recording that its destination refused. */
  readonly notDelivered: (delivery: Delivery, why: DeliveryFault) => Promise<string>;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** Rows and files are looked at so often, for what lost its job or never got a row. */
const lookEveryMs = 60_000;
const atOnce = 100;
const concurrency = 2;

/**
 * Delivers recordings and does not lose them (product §8). Row and file are the truth, jobs only wake us. A crash between
 * sending and writing it down makes a part be sent again, which Telegram knows as a repetition from the chat account.
 */
export class RecordingDeliveries implements RecordingDelivery {
  readonly #options: RecordingDeliveriesOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #trying = new Map<RecordingId, Promise<void>>();
  /** Being handed over: their sidecars are not orphans. */
  readonly #arriving = new Set<RecordingId>();
  #cancelLook: (() => void) | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: RecordingDeliveriesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Delivers from now on, first what an earlier process left. */
  start(): void {
    this.#options.queue.work((job) => this.#tryNow(RecordingId(job.recording)), { concurrency });
    this.#lookThrough();
  }

  /** @throws when it could not be written down; the file is found by a later look all the same, if its disk can be written */
  async deliver(delivery: Delivery): Promise<void> {
    const { recording } = delivery;
    this.#arriving.add(recording);
    try {
      await writeSidecar(delivery).catch((error: unknown) => {
        this.#options.log.warn({ recording, reason: String(error) }, 'a recording has no sidecar');
      });
      await this.#enter(delivery);
    } finally {
      this.#arriving.delete(recording);
    }
  }

  /** Ends uploads between two parts of a file. Takes at most 5 s; nobody touches the database afterwards. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#cancelLook?.();
    await Promise.race([
      Promise.allSettled([this.#looking, ...this.#trying.values()]),
      new Promise((resolve) => setTimeout(resolve, 5_000).unref()),
    ]);
  }

  async #enter(delivery: Delivery): Promise<void> {
    const now = EpochMs(this.#clock.now());
    await this.#options.rows.add({
      delivery,
      takenAt: now,
      nextTryAt: now,
      tries: 0,
      why: undefined,
      partsSent: 0,
      partsSentToOwner: 0,
      ownerTold: false,
      deliveredAt: undefined,
    });
    const { recording } = delivery;
    this.#options.queue.add(recording, { recording }).catch((error: unknown) => {
      this.#options.log.warn({ recording, reason: String(error) }, 'a recording has no job and is delivered without');
      void this.#tryNow(recording).catch(() => {});
    });
  }

  #lookThrough(): void {
    this.#looking = this.#look().finally(() => {
      if (this.#stopping.signal.aborted) return;
      this.#cancelLook = this.#clock.after(lookEveryMs, () => this.#lookThrough());
    });
  }

  async #look(): Promise<void> {
    const { rows, directory, log } = this.#options;
    try {
      const strange = (name: string) => log.warn({ name }, 'a recording’s sidecar cannot be read');
      for await (const delivery of sidecars(directory, strange)) {
        if (this.#stopping.signal.aborted) return;
        if (this.#arriving.has(delivery.recording) || (await rows.find(delivery.recording))) continue;
        // Delivered while we looked: the file goes before the row does.
        if (!(await exists(delivery.file.path))) continue;
        await this.#enter(delivery);
      }
      for (const recording of await rows.due(EpochMs(this.#clock.now()), atOnce)) {
        if (this.#stopping.signal.aborted) return;
        await this.#tryNow(recording).catch((error: unknown) => {
          log.warn({ recording, reason: String(error) }, 'a recording could not be tried');
        });
      }
    } catch (error) {
      log.warn({ reason: String(error) }, 'recordings could not be looked through');
    }
  }

  /** One try, if it is time for it; several who want it share it. @throws the database's errors */
  #tryNow(recording: RecordingId): Promise<void> {
    const already = this.#trying.get(recording);
    if (already) return already;
    const trying = this.#try(recording).finally(() => this.#trying.delete(recording));
    this.#trying.set(recording, trying);
    return trying;
  }

  async #try(recording: RecordingId): Promise<void> {
    const { rows, queue } = this.#options;
    const row = await rows.find(recording);
    if (!row || this.#stopping.signal.aborted) return;
    const now = this.#clock.now();
    if (!row.deliveredAt && row.nextTryAt > now) return;
    const attempt = new Attempt(row, { ...this.#options, clock: this.#clock, signal: this.#stopping.signal });
    const result = await attempt.run();
    if (result.kind === 'over') {
      await removeFiles(row.delivery.file.path);
      await rows.remove(recording);
      return;
    }
    // A job of the same key is being done right now; the next one needs another.
    const key = `${recording}/${result.tries}`;
    await queue.add(key, { recording }, result.nextTryAt - this.#clock.now()).catch(() => {});
  }
}
