import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { RecordedFile, RecorderFact } from '../../../actors/ports/recorder.ts';
import type { RecorderFault } from '../../../machines/model/recording-faults.ts';
import type { FilePiece } from './opus-file.ts';

/** What may wait for a disk that does not follow: some ten minutes of sound. */
const mostWaitingBytes = 2 * 1024 * 1024;

/**
 * Brings the pieces of one recording to the disk, in order, as fast as the disk takes them. After a failure nothing more is
 * written, and what was written ends at a page's end.
 */
export class RecordingFile {
  readonly path: string;
  readonly #tell: (fact: RecorderFact) => void;
  readonly #open: typeof open;
  #waiting: FilePiece[] = [];
  #waitingBytes = 0;
  #handle: FileHandle | undefined;
  #writing: Promise<void> | undefined;
  #failed = false;
  #bytes = 0;
  #endMs = 0;

  constructor(path: string, tell: (fact: RecorderFact) => void, openFile = open) {
    this.path = path;
    this.#tell = tell;
    this.#open = openFile;
  }

  get failed(): boolean {
    return this.#failed;
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
    this.#tell({ type: 'recorder.failed', why });
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
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
    if (handle !== undefined && this.#endMs === 0) await unlink(this.path).catch(() => {});
  }

  async #drain(): Promise<void> {
    try {
      this.#handle ??= await this.#open(this.path, 'w', 0o600);
      for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
        await this.#append(this.#handle, piece);
        this.#waitingBytes = Math.max(0, this.#waitingBytes - piece.bytes.length);
      }
    } catch (error) {
      this.fail(faultOf(error));
      await this.#handle?.truncate(this.#bytes).catch(() => {});
    } finally {
      this.#writing = undefined;
    }
  }

  async #append(handle: FileHandle, { bytes, endMs }: FilePiece): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, this.#bytes + at);
      at += bytesWritten;
    }
    const first = this.#bytes === 0;
    this.#bytes += bytes.length;
    this.#endMs = endMs;
    if (first && !this.#failed) this.#tell({ type: 'recorder.started' });
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
