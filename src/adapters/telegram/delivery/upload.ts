import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { Api, helpers } from 'telegram';
import type { TelegramAccount } from '../client/account.ts';
import type { Clock } from '../client/clock.ts';
import { floodWaitSeconds, TelegramTimeout } from '../client/errors.ts';

export interface FileToUpload {
  readonly fileName: string;
  readonly bytes: number;
  /** From the beginning, each time it is called. */
  read(): AsyncIterable<Uint8Array>;
}

export interface UploadOptions {
  readonly account: TelegramAccount;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Parts must be equally long, 1 kB times a power of two; with the largest there are the fewest requests. */
const partBytes = 512 * 1_024;
/** Files above this have no md5 and another method. */
const bigFromBytes = 10 * 1_024 * 1_024;
/** 512 kB at 140 kbit/s. */
const partTimeoutMs = 30_000;
const triesPerPart = 3;
/** Longer flood waits are the caller's. */
const longestWaitMs = 60_000;
const jitterMs = 1_000;

/**
 * Uploads a file, one part after the other.
 * @throws what the account throws, FLOOD_WAIT of more than a minute among it; errors of reading; the signal's reason
 */
export async function upload(file: FileToUpload, options: UploadOptions): Promise<Api.TypeInputFile> {
  const isBig = file.bytes > bigFromBytes;
  const id = helpers.generateRandomLong();
  const fileTotalParts = Math.ceil(file.bytes / partBytes);
  const md5 = createHash('md5');
  let count = 0;
  for await (const bytes of partsOf(file.read())) {
    if (!isBig) md5.update(bytes);
    const filePart = count++;
    const request = isBig
      ? new Api.upload.SaveBigFilePart({ fileId: id, filePart, fileTotalParts, bytes })
      : new Api.upload.SaveFilePart({ fileId: id, filePart, bytes });
    await save(request, options);
  }
  // Its length was asked for before it was read.
  if (count !== fileTotalParts) throw new Error('the file changed while it was uploaded');
  const name = file.fileName;
  if (isBig) return new Api.InputFileBig({ id, parts: count, name });
  return new Api.InputFile({ id, parts: count, name, md5Checksum: md5.digest('hex') });
}

/** A part that was saved already may be saved again. */
async function save(request: Api.upload.SaveFilePart | Api.upload.SaveBigFilePart, options: UploadOptions) {
  const { account, clock, log, signal } = options;
  for (let tries = 1; ; ) {
    signal.throwIfAborted();
    try {
      await account.invoke(request, partTimeoutMs);
      return;
    } catch (error) {
      const waitMs = (floodWaitSeconds(error) ?? Number.NaN) * 1_000;
      if (waitMs <= longestWaitMs) {
        log.info({ waitMs }, 'an upload waits as Telegram wants it');
        await pause(clock, waitMs + Math.random() * jitterMs, signal);
      } else if (!(error instanceof TelegramTimeout) || tries++ >= triesPerPart) {
        throw error;
      }
    }
  }
}

/** Cuts a stream anew: all of `partBytes` but the last. */
async function* partsOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const chunk of stream) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    while (waitingBytes >= partBytes) {
      const all = Buffer.concat(waiting);
      yield all.subarray(0, partBytes);
      waiting = [all.subarray(partBytes)];
      waitingBytes = all.length - partBytes;
    }
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
