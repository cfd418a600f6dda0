import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { NotOggOpus, type OggPage, oggPages } from './ogg-pages.ts';
import { cutStream, type Part } from './ogg-stream.ts';

export interface RecordingFile {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
}

/**
 * A recording in files of at most `maxBytes`: itself where it is small enough; otherwise Ogg/Opus streams cut at page
 * borders, each with the headers (RFC 7845 §5) and a time line of its own.
 * @throws NotOggOpus when it would have to be cut and cannot be; the file system's errors
 */
export async function partsOf(file: RecordingFile, maxBytes: number): Promise<readonly Part[]> {
  const handle = await open(file.path);
  try {
    const { size } = await handle.stat();
    if (size <= maxBytes) {
      return [{ bytes: size, durationMs: file.durationMs, read: () => createReadStream(file.path) }];
    }
    return await cut(file.path, handle, maxBytes);
  } finally {
    await handle.close();
  }
}

async function cut(path: string, file: FileHandle, maxBytes: number): Promise<readonly Part[]> {
  const heads: Buffer[] = [];
  const pages: OggPage[] = [];
  for await (const page of oggPages(file)) {
    // Both headers end on pages with granule 0 (RFC 7845 §3), and audio begins on a page of its own.
    const isHead = pages.length === 0 && (page.granule === 0n || heads.length < 2);
    if (isHead) heads.push(await readPage(file, page));
    else pages.push(page);
  }
  const reader = async () => {
    const handle = await open(path);
    return { page: (page: OggPage) => readPage(handle, page), close: () => handle.close() };
  };
  return cutStream({ heads, pages, open: reader }, maxBytes);
}

async function readPage(file: FileHandle, { offset, bytes }: OggPage): Promise<Buffer> {
  const page = Buffer.allocUnsafe(bytes);
  const { bytesRead } = await file.read(page, 0, bytes, offset);
  if (bytesRead !== bytes) throw new NotOggOpus('the file became shorter');
  return page;
}
