import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordingId } from '../../../machines/model/ids.ts';
import { type RecordedSegment, segmentFile, segmentOfFile } from '../../../machines/model/recorded-segment.ts';
import type { JobQueue } from '../job-queue.ts';
import type { JobData } from '../jobs.ts';
import { granuleOf, packetsOf, pagesIn } from './ogg-pages.ts';
import type { SegmentRows } from './rows.ts';

export interface SegmentUploadsOptions {
  readonly rows: SegmentRows;
  /** Of this host. */
  readonly queue: JobQueue<JobData['segments']>;
  /** Of this host's disk. */
  readonly directory: string;
  readonly log: Logger;
  /** Told of each piece that is where every host can read it. */
  readonly stored: (segment: RecordedSegment) => void;
}

const concurrency = 2;
const packetMs = 20;
/** 30 s at the highest rate there is for Opus (510 kbit/s, RFC 6716 §2.1.1), with room. What is longer is no segment of ours. */
const mostBytes = 4 * 1024 * 1024;

/** Brings pieces of recordings from this host's disk into rows, and removes the files. What waits is bounded by the disk. */
export class SegmentUploads {
  readonly #options: SegmentUploadsOptions;
  /** By file name: they are closed, and on this disk. */
  readonly #waiting = new Map<string, RecordedSegment>();
  /** Of those: nobody has begun such a recording. */
  readonly #unknown = new Set<string>();
  readonly #uploading = new Map<string, Promise<void>>();
  #leftOver: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SegmentUploadsOptions) {
    this.#options = options;
  }

  /** Uploads from now on, first what an earlier process left. Before anything is recorded: no file may be open. */
  start(): void {
    this.#options.queue.work(({ file }) => this.#upload(file), { concurrency });
    this.#leftOver = this.#takeLeftOver();
  }

  /** Until what an earlier process left has been tried once. */
  async leftOverTried(): Promise<void> {
    await this.#leftOver;
  }

  /** A segment is whole and on the disk. */
  take(segment: RecordedSegment): void {
    this.#waiting.set(segmentFile(segment), segment);
    // Those before it may have come before the recording was known.
    for (const [file, { recording }] of this.#waiting) if (recording === segment.recording) this.#wake(file);
  }

  /** All that waits of this recording, at once. @returns how many are still on this disk */
  async now(recording: RecordingId): Promise<number> {
    const files = () => [...this.#waiting].filter(([, segment]) => segment.recording === recording);
    for (const [file] of files()) await this.#tried(file);
    return files().length;
  }

  /** What lost its job, or whose job gave up. */
  wakeAll(): void {
    for (const file of this.#waiting.keys()) if (!this.#unknown.has(file)) this.#wake(file);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#leftOver, ...this.#uploading.values()]);
  }

  async #takeLeftOver(): Promise<void> {
    const { directory, log } = this.#options;
    const names = await readdir(directory).catch((error: unknown) => {
      log.warn({ reason: String(error) }, 'what was recorded before cannot be listed');
      return [];
    });
    for (const name of names) {
      const segment = segmentOfFile(name);
      if (!segment || this.#closed) continue;
      this.#waiting.set(name, segment);
      if (!(await this.#tried(name))) this.#wake(name);
    }
  }

  /** False: not uploaded, which was told. */
  #tried(file: string): Promise<boolean> {
    return this.#upload(file).then(
      () => true,
      (error: unknown) => {
        this.#options.log.warn({ file, reason: String(error) }, 'a piece of a recording was not uploaded');
        return false;
      },
    );
  }

  #wake(file: string): void {
    this.#options.queue.add(file, { file }).catch((error: unknown) => {
      this.#options.log.warn(
        { file, reason: String(error) },
        'a piece of a recording has no job and is uploaded without',
      );
      void this.#tried(file);
    });
  }

  /** Once at a time. @throws the database's and the disk's errors */
  #upload(file: string): Promise<void> {
    const already = this.#uploading.get(file);
    if (already) return already;
    const uploading = this.#bring(file).finally(() => this.#uploading.delete(file));
    this.#uploading.set(file, uploading);
    return uploading;
  }

  async #bring(file: string): Promise<void> {
    const { rows, directory, log, stored } = this.#options;
    // A job that is done again.
    const segment = this.#waiting.get(file);
    if (!segment) return;
    if (this.#closed) throw new Error('uploads were closed');
    const path = join(directory, file);
    const bytes = await read(path);
    if (!bytes) return void this.#waiting.delete(file);
    const result = await rows.store(segment, { bytes, durationMs: durationMsOf(bytes) });
    // It stays: a file whose recording nobody has begun may be described by what lies beside it.
    if (result === 'unknown') return void this.#unknown.add(file);
    this.#unknown.delete(file);
    if (result === 'over') log.warn({ file }, 'a piece of a recording came when that had been delivered without it');
    await rm(path, { force: true });
    this.#waiting.delete(file);
    if (result === 'stored') stored(segment);
  }
}

/** Undefined: it is not there, or nothing of ours. */
async function read(path: string): Promise<Buffer | undefined> {
  try {
    return (await stat(path)).size > mostBytes ? undefined : await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function durationMsOf(bytes: Buffer): number {
  let packets = 0;
  for (const { page } of pagesIn(bytes)) if (granuleOf(page) > 0n) packets += packetsOf(page);
  return packets * packetMs;
}
