import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { NotOggOpus, type OggPage, oggPages, renumber } from './ogg-pages.ts';

/** What is sent as one file. */
export interface Part {
  readonly bytes: number;
  readonly durationMs: number;
  /** From the beginning, each time it is called. */
  read(): AsyncIterable<Uint8Array>;
}

export interface RecordingFile {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
}

const opusRateHz = 48_000;

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
  const heads: OggPage[] = [];
  const groups: OggPage[][] = [];
  let group: OggPage[] = [];
  let groupBytes = 0;
  let headBytes = 0;
  for await (const page of oggPages(file)) {
    // Both headers end on pages with granule 0 (RFC 7845 §3), and audio begins on a page of its own.
    const isHead = groups.length === 0 && page.granule === 0n;
    if (isHead || (groups.length === 0 && heads.length < 2)) {
      heads.push(page);
      headBytes += page.bytes;
      continue;
    }
    if (groups.length === 0 || (groupBytes + page.bytes > maxBytes && !page.isContinuation)) {
      group = [];
      groups.push(group);
      groupBytes = headBytes;
    }
    group.push(page);
    groupBytes += page.bytes;
    if (groupBytes > maxBytes) throw new NotOggOpus('a packet is too long');
  }
  const [head] = heads;
  if (!head || groups.length === 0) throw new NotOggOpus('no audio');
  const opusHead = await readPage(file, head);
  if (!opusHead.includes('OpusHead')) throw new NotOggOpus('no Opus');
  const preSkip = BigInt(opusHead.readUInt16LE(opusHead.indexOf('OpusHead') + 10));
  let base = 0n;
  return groups.map((pages, index) => {
    const start = base;
    base = pages.findLast(({ granule }) => granule >= 0n)?.granule ?? base;
    const samples = base - start - (index === 0 ? preSkip : 0n);
    return {
      bytes: [...heads, ...pages].reduce((sum, page) => sum + page.bytes, 0),
      durationMs: (Number(samples) * 1_000) / opusRateHz,
      read: () => readPart(path, { heads, pages, start, isFirst: index === 0 }),
    };
  });
}

interface Cut {
  readonly heads: readonly OggPage[];
  readonly pages: readonly OggPage[];
  /** The granule at which the part begins. */
  readonly start: bigint;
  readonly isFirst: boolean;
}

async function* readPart(path: string, { heads, pages, start, isFirst }: Cut): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    let sequence = 0;
    for (const head of heads) {
      const page = await readPage(file, head);
      const at = page.indexOf('OpusHead');
      // The pre-skip is the encoder's start, which later parts do not contain: nothing of theirs may be skipped.
      if (at >= 0 && !isFirst) page.writeUInt16LE(0, at + 10);
      yield renumber(page, { sequence: sequence++, granule: head.granule, isLast: false });
    }
    for (const [index, page] of pages.entries()) {
      const granule = page.granule < 0n ? page.granule : page.granule - start;
      const isLast = index === pages.length - 1;
      yield renumber(await readPage(file, page), { sequence: sequence++, granule, isLast });
    }
  } finally {
    await file.close();
  }
}

async function readPage(file: FileHandle, { offset, bytes }: OggPage): Promise<Buffer> {
  const page = Buffer.allocUnsafe(bytes);
  const { bytesRead } = await file.read(page, 0, bytes, offset);
  if (bytesRead !== bytes) throw new NotOggOpus('the file became shorter');
  return page;
}
