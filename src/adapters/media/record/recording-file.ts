import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { RecordedFile, RecorderFact } from '../../../actors/ports/recorder.ts';
import type { RecorderFault } from '../../../machines/model/recording-faults.ts';
import type { FilePiece } from './opus-file.ts';

/** What may wait for a disk that does not follow: some ten minutes of sound. */
const mostWaitingBytes = 2 * 1024 * 1024;
const longestSegmentMs = 30_000;
/** A piece is a page, or what there is of one. */
const longestPageMs = 1_000;
/** A pause does not end a segment shorter than this: who is put on hold again and again would leave a row for each time. */
const worthClosingMs = 5_000;

/** Who is told of a file; `closed`: this segment, from 0, is whole and on the disk. */
export interface RecordingFileListener {
  fact(fact: RecorderFact): void;
  closed(no: number): void;
}

/**
 * Brings the pieces of one recording to the disk, in order, as fast as the disk takes them, in segments of at most 30 s: ranges
 * of the one stream, cut between pages. A pause ends one too, for nobody knows how long it will be. After a failure
 * nothing more is written, and what was written ends at a page's end.
 */
export class RecordingFile {
  /** Of the first segment; those that follow have their number behind it. */
  readonly path: string;
  readonly #listener: RecordingFileListener;
  readonly #open: typeof open;
  #waiting: FilePiece[] = [];
  #waitingBytes = 0;
  #handle: FileHandle | undefined;
  #writing: Promise<void> | undefined;
  #failed = false;
  #bytes = 0;
  #endMs = 0;
  /** The segment being written, or to be written next. */
  #no = 0;
  #segmentBytes = 0;
  #segmentBeganMs = 0;

  constructor(path: string, listener: RecordingFileListener, openFile = open) {
    this.path = path;
    this.#listener = listener;
    this.#open = openFile;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** How many there are, the one that is not closed yet included. */
  get segments(): number {
    return this.#handle === undefined ? this.#no : this.#no + 1;
  }

  write(piece: FilePiece): void {
    if (this.#failed) return;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.bytes.length;
    if (this.#waitingBytes > mostWaitingBytes) return this.fail({ kind: 'disk-slow' });
    this.#writing ??= this.#drain();
  }

  /** Nothing more is to be written, for a reason from outside or from here. */
  fail(why: RecorderFault): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#listener.fact({ type: 'recorder.failed', why });
  }

  /** Waits until everything is written, `patienceMs` at most; what is late is still written afterwards. */
  async end(patienceMs: number): Promise<RecordedFile | undefined> {
    const closed = this.#close();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([closed, late]);
    clearTimeout(timer);
    // A head without a sound is no recording.
    return this.#endMs === 0 ? undefined : { path: this.path, bytes: this.#bytes, durationMs: Math.round(this.#endMs) };
  }

  async #close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#handle === undefined) return;
    if (this.#segmentBytes > 0 && this.#endMs > 0) return this.#closeSegment().catch(() => {});
    await this.#handle.close().catch(() => {});
    this.#handle = undefined;
    await unlink(this.#pathNow).catch(() => {});
  }

  async #drain(): Promise<void> {
    try {
      for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
        await this.#append(piece);
        this.#waitingBytes = Math.max(0, this.#waitingBytes - piece.bytes.length);
      }
    } catch (error) {
      this.fail(faultOf(error));
      await this.#handle?.truncate(this.#segmentBytes).catch(() => {});
    } finally {
      this.#writing = undefined;
    }
  }

  async #append({ bytes, endMs, pauses }: FilePiece): Promise<void> {
    if (bytes.length > 0) {
      this.#handle ??= await this.#open(this.#pathNow, 'w', 0o600);
      await writeAt(this.#handle, bytes, this.#segmentBytes);
      this.#segmentBytes += bytes.length;
    }
    const first = this.#bytes === 0;
    this.#bytes += bytes.length;
    this.#endMs = endMs;
    if (first && !this.#failed) this.#listener.fact({ type: 'recorder.started' });
    const lengthMs = endMs - this.#segmentBeganMs;
    const isOver = lengthMs + longestPageMs > longestSegmentMs || (pauses && lengthMs >= worthClosingMs);
    if (this.#handle !== undefined && isOver) await this.#closeSegment();
  }

  async #closeSegment(): Promise<void> {
    const [handle, no] = [this.#handle, this.#no++];
    this.#handle = undefined;
    this.#segmentBytes = 0;
    this.#segmentBeganMs = this.#endMs;
    try {
      await handle?.close();
    } finally {
      this.#listener.closed(no);
    }
  }

  get #pathNow(): string {
    return this.#no === 0 ? this.path : `${this.path}.${this.#no}`;
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

const faults: Readonly<Record<string, RecorderFault>> = {
  ENOSPC: { kind: 'disk-full' },
  EDQUOT: { kind: 'disk-full' },
  ENOENT: { kind: 'directory-missing' },
  ENOTDIR: { kind: 'directory-missing' },
  EACCES: { kind: 'directory-closed' },
  EPERM: { kind: 'directory-closed' },
  EROFS: { kind: 'directory-closed' },
};

const faultOf = (error: unknown): RecorderFault => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return faults[code] ?? { kind: 'disk', code };
};
