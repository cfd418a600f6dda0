import type { Logger } from 'pino';
import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import type { RecordingId } from '../../../machines/model/ids.ts';
import type { DeliveryFault } from '../../../machines/model/recording-faults.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { JobQueue } from '../job-queue.ts';
import type { JobData } from '../jobs.ts';
import { Attempt, keptMs } from './attempt.ts';
import type { AudioTarget, BotTarget } from './audio-target.ts';
import type { RecordingRows, SegmentRows, StoredRecording } from './rows.ts';
import { exists, removeFiles } from './sidecar.ts';
import { soundOf } from './sound.ts';

export interface RecordingTriesOptions {
  readonly rows: RecordingRows;
  readonly segments: SegmentRows;
  readonly queue: JobQueue<JobData['recordings']>;
  /** This host's id, the same after a restart. */
  readonly host: string;
  /** The chat account's conversations with users. */
  readonly conversation: AudioTarget;
  /** Groups, channels, and people who started it. */
  readonly bot: BotTarget;
  /** What the owner is told with a recording that its destination refused. */
  readonly notDelivered: (delivery: Delivery, why: DeliveryFault) => Promise<string>;
  /** What is said under a recording of which a piece is missing. */
  readonly pieceMissing: (delivery: Delivery) => Promise<string>;
  /** Told of each try that failed. */
  readonly tryFailed?: () => void;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long a recording waits for a piece that its host could not upload yet; that is tried for two minutes and then each minute. */
const pieceWaitMs = 5 * 60_000;
/** A host that delivers says so again before the others think it lost. */
const claimMs = 5 * 60_000;
const renewMs = 60_000;

/** Tries to deliver recordings: each once at a time, on one host at a time. */
export class RecordingTries {
  readonly #options: RecordingTriesOptions;
  readonly #trying = new Map<RecordingId, Promise<void>>();

  constructor(options: RecordingTriesOptions) {
    this.#options = options;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#trying.values());
  }

  /** One try, if it is time for it; several who want it share it. @throws the database's errors */
  now(recording: RecordingId): Promise<void> {
    const already = this.#trying.get(recording);
    if (already) return already;
    const trying = this.#try(recording).finally(() => this.#trying.delete(recording));
    this.#trying.set(recording, trying);
    return trying;
  }

  async #try(recording: RecordingId): Promise<void> {
    const { rows, host, signal } = this.#options;
    const row = await rows.find(recording);
    if (!row || signal.aborted) return;
    if (!row.deliveredAt && (row.nextTryAt > this.#options.clock.now() || (await this.#isElsewhere(row)))) return;
    if (!(await rows.claim(recording, host, claimMs))) return;
    const stopRenewing = this.#renewing(recording);
    try {
      await this.#attempt(recording);
    } finally {
      stopRenewing();
      await rows.release(recording, host).catch(() => {});
    }
  }

  /** Another host may have tried it between our reading and our claim. */
  async #attempt(recording: RecordingId): Promise<void> {
    const { rows, queue, segments } = this.#options;
    const row = await rows.find(recording);
    if (!row || (!row.deliveredAt && row.nextTryAt > this.#options.clock.now())) return;
    const attempt = new Attempt(row, {
      ...this.#options,
      soundOf: (delivery) => soundOf(delivery, segments),
    });
    const result = await attempt.run();
    if (result.kind === 'over') {
      if (!row.delivery.file.segments) await removeFiles(row.delivery.file.path);
      await rows.remove(recording);
      return;
    }
    // A job of the same key is being done right now; the next one needs another.
    const key = `${recording}/${result.tries}`;
    await queue.add(key, { recording }, result.nextTryAt - this.#options.clock.now()).catch(() => {});
  }

  /** A piece is still on the disk of who recorded it, or the whole file on that of who ran an earlier release. */
  async #isElsewhere({ delivery, host, takenAt }: StoredRecording): Promise<boolean> {
    const { recording, file } = delivery;
    const waitedMs = this.#options.clock.now() - takenAt;
    if (!file.segments && host !== undefined) return host !== this.#options.host;
    if (!file.segments) return waitedMs < keptMs && !(await exists(file.path));
    const { run, count = 0 } = file.segments;
    if (waitedMs >= pieceWaitMs) return false;
    const stored = await this.#options.segments.of(recording);
    return stored.filter((segment) => segment.run === run).length < count;
  }

  #renewing(recording: RecordingId): () => void {
    const { rows, host } = this.#options;
    let cancel = () => {};
    const renewLater = () => {
      // The claim is by the database's clock, which nobody can replace.
      cancel = systemClock.after(renewMs, () => {
        rows.claim(recording, host, claimMs).catch(() => {});
        renewLater();
      });
    };
    renewLater();
    return () => cancel();
  }
}
