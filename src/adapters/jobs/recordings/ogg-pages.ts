import type { FileHandle } from 'node:fs/promises';

/** An Ogg page (RFC 3533 §6) as it lies in a file. */
export interface OggPage {
  readonly offset: number;
  readonly bytes: number;
  /** It begins within a packet of the page before. */
  readonly isContinuation: boolean;
  /** −1n when no packet ends on it. */
  readonly granule: bigint;
}

/** The file is no Ogg stream of Opus, or not one that can be cut. */
export class NotOggOpus extends Error {
  override readonly name = 'NotOggOpus';
}

const headerBytes = 27;
const readBytes = 256 * 1024;
export const flags = { continuation: 1, begin: 2, end: 4 } as const;

/** The whole pages of a file in order; what a crash left of a last one is passed over. @throws NotOggOpus */
export async function* oggPages(file: FileHandle): AsyncGenerator<OggPage> {
  const buffer = Buffer.allocUnsafe(readBytes);
  let [filled, fileOffset] = [0, 0];
  for (;;) {
    const { bytesRead } = await file.read(buffer, filled, readBytes - filled, fileOffset + filled);
    filled += bytesRead;
    let at = 0;
    for (let size = pageSize(buffer, at, filled); size !== undefined; size = pageSize(buffer, at, filled)) {
      yield {
        offset: fileOffset + at,
        bytes: size,
        isContinuation: ((buffer[at + 5] ?? 0) & flags.continuation) !== 0,
        granule: buffer.readBigInt64LE(at + 6),
      };
      at += size;
    }
    // A page has at most 65 307 bytes, so a full buffer has at least one.
    if (bytesRead === 0) return;
    buffer.copyWithin(0, at, filled);
    fileOffset += at;
    filled -= at;
  }
}

/** The whole pages in memory, as they are, up to what is none: a crash may have left a part of one, or nothing but zeros. */
export function* pagesIn(bytes: Buffer): Generator<{ readonly offset: number; readonly page: Buffer }> {
  for (let at = 0; bytes.toString('latin1', at, at + 4) === 'OggS'; ) {
    const size = pageSize(bytes, at, bytes.length);
    if (size === undefined) return;
    yield { offset: at, page: bytes.subarray(at, at + size) };
    at += size;
  }
}

export const granuleOf = (page: Buffer): bigint => page.readBigInt64LE(6);
export const serialOf = (page: Buffer): number => page.readUInt32LE(14);
export const isFirst = (page: Buffer): boolean => ((page[5] ?? 0) & flags.begin) !== 0;
export const isLast = (page: Buffer): boolean => ((page[5] ?? 0) & flags.end) !== 0;
/** Packets that end on it: each ends with a segment of less than 255 bytes (RFC 3533 §5). */
export const packetsOf = (page: Buffer): number => {
  const segments = page.subarray(headerBytes, headerBytes + (page[26] ?? 0));
  return segments.reduce((count, bytes) => (bytes < 255 ? count + 1 : count), 0);
};
/** What is in it, without its header. */
export const bodyOf = (page: Buffer): Buffer => page.subarray(headerBytes + (page[26] ?? 0));

/** The size of the page that begins there, undefined when it is not whole. */
function pageSize(buffer: Buffer, at: number, end: number): number | undefined {
  if (at + headerBytes > end) return undefined;
  if (buffer.toString('latin1', at, at + 4) !== 'OggS') throw new NotOggOpus('a page does not begin with OggS');
  const segments = buffer[at + 26] ?? 0;
  if (at + headerBytes + segments > end) return undefined;
  let size = headerBytes + segments;
  for (let i = 0; i < segments; i++) size += buffer[at + headerBytes + i] ?? 0;
  return at + size > end ? undefined : size;
}

export interface PageFields {
  readonly serial: number;
  readonly sequence: number;
  readonly granule: bigint;
  readonly isLast: boolean;
}

/** Gives a page, which is changed, another place in a stream, be it another stream, with the checksum that belongs to it. */
export function renumber(page: Buffer, { serial, sequence, granule, isLast }: PageFields): Buffer {
  page[5] = ((page[5] ?? 0) & ~flags.end) | (isLast ? flags.end : 0);
  page.writeBigInt64LE(granule, 6);
  page.writeUInt32LE(serial, 14);
  page.writeUInt32LE(sequence, 18);
  page.writeUInt32LE(0, 22);
  page.writeUInt32LE(oggCrc(page), 22);
  return page;
}

/** RFC 3533 §6, field 7: polynomial 0x04c11db7, most significant bit first, no inversion. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

export function oggCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  return crc;
}
