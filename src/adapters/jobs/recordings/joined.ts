import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import { bodyOf, granuleOf, isFirst, isLast, type OggPage, packetsOf, pagesIn } from './ogg-pages.ts';
import type { OggStream, PageReader } from './ogg-stream.ts';
import { opusHeads } from './opus-heads.ts';
import type { SegmentRows, StoredSegment } from './rows.ts';

/** A page, and in which segment it lies. */
export interface SegmentPage extends OggPage {
  readonly segment: StoredSegment;
}

export interface Joined extends OggStream<SegmentPage> {
  /** Nothing of what was recorded is known to be missing. */
  readonly isWhole: boolean;
}

/** Nothing is left of it. */
export class SoundGone extends Error {
  override readonly name = 'SoundGone';
}

/** Our packets have 20 ms. */
const samplesPerPacket = 960n;

/**
 * The one stream that a recording's segments are, read a segment at a time. Segments of one run are it as they are; where another
 * host went on, or a piece is missing, time goes on without a hole, and so does the numbering of pages.
 * @throws SoundGone; NotOggOpus; the database's errors
 */
export async function joined({ recording, file, ...about }: Delivery, rows: SegmentRows): Promise<Joined> {
  const segments = await rows.of(recording);
  const pages: SegmentPage[] = [];
  const ended = new Set<number>();
  let heads: readonly Buffer[] = [];
  let firstBody: Buffer | undefined;
  let granule = 0n;
  let isDamaged = false;
  let endsBefore = 0n;
  for (const segment of segments) {
    const ownHeads: Buffer[] = [];
    const bytes = await readSegment(rows, segment);
    let whole = 0;
    for (const { offset, page } of pagesIn(bytes)) {
      whole = offset + page.length;
      if (isFirst(page) || (ownHeads.length === 1 && granuleOf(page) === 0n)) {
        ownHeads.push(Buffer.from(page));
        continue;
      }
      firstBody ??= Buffer.from(bodyOf(page));
      granule += BigInt(packetsOf(page)) * samplesPerPacket;
      endsBefore = silenceOf(page);
      pages.push({ segment, offset, bytes: page.length, isContinuation: false, granule });
      if (isLast(page)) ended.add(segment.run);
    }
    isDamaged ||= whole < bytes.length;
    if (segment === segments[0]) heads = ownHeads;
  }
  if (firstBody === undefined) throw new SoundGone(`nothing is left of ${recording}`);
  // Where another host went on, its sound follows the last packet, all of which is played.
  const last = pages.pop();
  if (last) pages.push({ ...last, granule: granule - endsBefore });
  const isWhole = !isDamaged && isComplete(segments, ended, file.segments ?? { run: 0, count: undefined });
  return {
    heads: heads.length === 2 ? heads : opusHeads({ ...about, firstPacket: firstBody }),
    pages,
    isWhole,
    open: async () => reader(rows),
  };
}

/** By all the pieces of which it is known that they were to be. */
function isComplete(
  segments: readonly StoredSegment[],
  ended: ReadonlySet<number>,
  last: { readonly run: number; readonly count: number | undefined },
): boolean {
  for (let run = 0; run <= last.run; run++) {
    const numbers = segments.filter((segment) => segment.run === run).map(({ no }) => no);
    if (numbers.some((no, index) => no !== index)) return false;
    // Who finishes a recording himself knows how many there are, even if a full disk kept their end from being written.
    const isEnded = run === last.run && last.count !== undefined ? numbers.length >= last.count : ended.has(run);
    if (!isEnded) return false;
  }
  return true;
}

/** The last page of a stream says where within its last packet the sound ends: how many samples before that packet's end. */
function silenceOf(page: Buffer): bigint {
  const beyond = granuleOf(page) % samplesPerPacket;
  return beyond === 0n ? 0n : samplesPerPacket - beyond;
}

/** Reads a segment once for all its pages that are asked for in a row. */
function reader(rows: SegmentRows): PageReader<SegmentPage> {
  let bytes: Buffer = Buffer.alloc(0);
  let read: StoredSegment | undefined;
  return {
    async page({ segment, offset, bytes: size }) {
      if (segment !== read) {
        bytes = await readSegment(rows, segment);
        read = segment;
      }
      return Buffer.from(bytes.subarray(offset, offset + size));
    },
    close: async () => {},
  };
}

async function readSegment(rows: SegmentRows, segment: StoredSegment): Promise<Buffer> {
  const bytes = await rows.read(segment);
  if (!bytes) throw new SoundGone(`a piece of ${segment.recording} is gone`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
