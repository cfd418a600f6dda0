import type { Delivery, RecordingDelivery } from '../../../actors/ports/recording-delivery.ts';
import { EpochMs, RecordingId } from '../../../machines/model/ids.ts';
import type { RecordedSegment } from '../../../machines/model/recorded-segment.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { JobQueue } from '../job-queue.ts';
import type { JobData } from '../jobs.ts';
import { exists, removeSidecar, sidecars, writeSidecar } from './sidecar.ts';
import { RecordingTries, type RecordingTriesOptions } from './tries.ts';
import { SegmentUploads } from './uploads.ts';

export interface RecordingDeliveriesOptions extends Omit<RecordingTriesOptions, 'clock' | 'signal'> {
  /** Of this host. */
  readonly uploads: JobQueue<JobData['segments']>;
  /** Where recordings lie, looked through for such that no row knows. */
  readonly directory: string;
  readonly clock?: Clock;
}

/** Rows and files are looked at so often, for what lost its job or never got a row. */
const lookEveryMs = 60_000;
const atOnce = 100;
const concurrency = 2;

/**
 * Delivers recordings and does not lose them (product §8). Pieces are brought from the disk of the host that recorded them into
 * rows, from which any host delivers. Rows and files are the truth, jobs only wake us. A crash between sending and writing it down
 * makes a part be sent again, which Telegram knows as a repetition from the chat account.
 */
export class RecordingDeliveries implements RecordingDelivery {
  readonly #options: RecordingDeliveriesOptions;
  readonly #clock: Clock;
  readonly #uploads: SegmentUploads;
  readonly #stopping = new AbortController();
  readonly #tries: RecordingTries;
  /** Being handed over: their sidecars are not orphans. */
  readonly #arriving = new Set<RecordingId>();
  #cancelLook: (() => void) | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: RecordingDeliveriesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { segments: rows, uploads: queue, directory, log } = options;
    this.#tries = new RecordingTries({ ...options, clock: this.#clock, signal: this.#stopping.signal });
    this.#uploads = new SegmentUploads({ rows, queue, directory, log, stored: (segment) => this.#stored(segment) });
  }

  /** Delivers from now on, first what an earlier process left. Before anything is recorded. */
  start(): void {
    this.#options.queue.work((job) => this.#tries.now(RecordingId(job.recording)), { concurrency });
    this.#uploads.start();
    this.#lookThrough();
  }

  /** Until the pieces that an earlier process left on this disk have been tried once. */
  leftOverTried(): Promise<void> {
    return this.#uploads.leftOverTried();
  }

  take(segment: RecordedSegment): void {
    this.#uploads.take(segment);
  }

  /** @throws when it could not be written down; the file is found by a later look all the same, if its disk can be written */
  async deliver(delivery: Delivery): Promise<void> {
    const { recording, file } = delivery;
    this.#arriving.add(recording);
    try {
      // Where nothing lies on this disk, the rows know all there is.
      if (file.path !== '') {
        await writeSidecar(delivery).catch((error: unknown) => {
          this.#options.log.warn({ recording, reason: String(error) }, 'a recording has no sidecar');
        });
      }
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
      Promise.allSettled([this.#looking, this.#uploads.close(), this.#tries.settled()]),
      new Promise((resolve) => setTimeout(resolve, 5_000).unref()),
    ]);
  }

  async #enter(delivery: Delivery): Promise<void> {
    const now = EpochMs(this.#clock.now());
    const { recording, file } = delivery;
    const isOurs = await this.#options.rows.add({
      delivery,
      host: file.segments ? undefined : this.#options.host,
      takenAt: now,
      nextTryAt: now,
      tries: 0,
      why: undefined,
      partsSent: 0,
      partsSentToOwner: 0,
      ownerTold: false,
      deliveredAt: undefined,
    });
    if (file.segments) {
      const left = await this.#uploads.now(recording);
      if (left === 0 && file.path !== '') await removeSidecar(file.path);
    }
    if (isOurs) this.#wake(recording, recording);
  }

  #wake(recording: RecordingId, key: string): void {
    this.#options.queue.add(key, { recording }).catch((error: unknown) => {
      this.#options.log.warn({ recording, reason: String(error) }, 'a recording has no job and is delivered without');
      void this.#tries.now(recording).catch(() => {});
    });
  }

  /** The recording may have waited for it. */
  #stored({ recording, run, no }: RecordedSegment): void {
    if (this.#arriving.has(recording)) return;
    this.#options.rows.find(recording).then(
      (row) => row && this.#wake(recording, `${recording}/piece ${run}/${no}`),
      (error: unknown) => this.#options.log.warn({ recording, reason: String(error) }, 'a recording could not be read'),
    );
  }

  #lookThrough(): void {
    this.#looking = this.#look().finally(() => {
      if (this.#stopping.signal.aborted) return;
      this.#cancelLook = this.#clock.after(lookEveryMs, () => this.#lookThrough());
    });
  }

  async #look(): Promise<void> {
    const { rows, directory, host, log } = this.#options;
    try {
      await this.#uploads.leftOverTried();
      this.#uploads.wakeAll();
      const strange = (name: string) => log.warn({ name }, 'a recording’s sidecar cannot be read');
      for await (const delivery of sidecars(directory, strange)) {
        if (this.#stopping.signal.aborted) return;
        const { recording, file } = delivery;
        if (this.#arriving.has(recording)) continue;
        // Entered already, or delivered while we looked: the file goes before the row does.
        if (!file.segments && ((await rows.find(recording)) || !(await exists(file.path)))) continue;
        await this.#enter(delivery);
      }
      for (const recording of await rows.due(EpochMs(this.#clock.now()), host, atOnce)) {
        if (this.#stopping.signal.aborted) return;
        await this.#tries.now(recording).catch((error: unknown) => {
          log.warn({ recording, reason: String(error) }, 'a recording could not be tried');
        });
      }
    } catch (error) {
      log.warn({ reason: String(error) }, 'recordings could not be looked through');
    }
  }
}
