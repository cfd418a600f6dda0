import { renumber } from './ogg-pages.ts';

export interface HeadsOptions {
  readonly title: string;
  readonly performer: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Or more of the page it begins. */
  readonly firstPacket: Uint8Array;
}

const stereoFlag = 4;
const rateHz = 16_000;
const first = 2;
const longestComment = 1_000;

/**
 * The headers of a stream (RFC 7845 §5) whose first piece is missing. Nothing is to be skipped of what follows, for the coder had
 * begun long before; how many channels there are is in every packet (RFC 6716 §3.1).
 */
export function opusHeads({ title, performer, startedAt, firstPacket }: HeadsOptions): readonly Buffer[] {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(((firstPacket[0] ?? 0) & stereoFlag) === 0 ? 1 : 2, 9);
  head.writeUInt32LE(rateHz, 12);
  const comments = [`TITLE=${title}`, `ARTIST=${performer}`, `DATE=${new Date(startedAt).toISOString()}`];
  const tags = [Buffer.from('OpusTags'), text('siptg'), uint32(comments.length), ...comments.map(text)];
  return [page(head, first), page(Buffer.concat(tags), 0)];
}

/** One packet of less than 255 × 255 bytes. */
function page(packet: Buffer, flags: number): Buffer {
  const segments = Math.floor(packet.length / 255) + 1;
  const header = Buffer.alloc(27 + segments, 255);
  header.fill(0, 0, 27);
  header.write('OggS', 'latin1');
  header[5] = flags;
  header[26] = segments;
  header[26 + segments] = packet.length % 255;
  return renumber(Buffer.concat([header, packet]), { serial: 1, sequence: 0, granule: 0n, isLast: false });
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value.slice(0, longestComment));
  return Buffer.concat([uint32(bytes.length), bytes]);
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
