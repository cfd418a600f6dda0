import { writeFile } from 'node:fs/promises';
import { Encoder } from '@evan/opus';

export interface OggOptions {
  readonly seconds: number;
  /** Of packets on a page of audio; 50 as a recorder writes them. */
  readonly packetsPerPage?: number;
  /** Of one packet, which is made of zeros then; otherwise real Opus of a tone. */
  readonly packetBytes?: number;
}

const preSkip = 312;
const samplesPerPacket = 960;

/** Writes an Ogg/Opus stream of a tone (RFC 7845), in 20 ms packets. */
export async function writeOggOpus(path: string, { seconds, packetsPerPage = 50, packetBytes }: OggOptions) {
  const packet = packetBytes === undefined ? tonePackets() : () => Buffer.alloc(packetBytes, 1);
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(1, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(16_000, 12);
  const tags = Buffer.concat([Buffer.from('OpusTags'), text('test'), uint32(1), text('TITLE=Pat')]);
  const pages = [page([head], 0, 0n, 2), page([tags], 1, 0n, 0)];
  const count = Math.round(seconds * 50);
  for (let from = 0; from < count; from += packetsPerPage) {
    const to = Math.min(from + packetsPerPage, count);
    const packets = Array.from({ length: to - from }, () => packet());
    pages.push(page(packets, pages.length, BigInt(to * samplesPerPacket), to === count ? 4 : 0));
  }
  const bytes = Buffer.concat(pages);
  await writeFile(path, bytes);
  return { path, bytes: bytes.length, durationMs: seconds * 1_000 };
}

function tonePackets() {
  const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application: 'voip' });
  let at = 0;
  return () => {
    const pcm = Int16Array.from(
      { length: samplesPerPacket },
      () => 8_000 * Math.sin((2 * Math.PI * 440 * at++) / 48_000),
    );
    return Buffer.from(encoder.encode(pcm));
  };
}

function page(packets: readonly Buffer[], sequence: number, granule: bigint, flags: number): Buffer {
  const lacing = packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255]);
  if (lacing.length > 255) throw new Error('too much for a page');
  const header = Buffer.alloc(27);
  header.write('OggS', 'latin1');
  header.writeUInt8(flags, 5);
  header.writeBigInt64LE(granule, 6);
  header.writeUInt32LE(0x51505447, 14);
  header.writeUInt32LE(sequence, 18);
  header.writeUInt8(lacing.length, 26);
  const whole = Buffer.concat([header, Buffer.from(lacing), ...packets]);
  whole.writeUInt32LE(crcOf(whole), 22);
  return whole;
}

/** RFC 3533: the remainder of each byte, worked out bit by bit from the polynomial. */
const remainders = Array.from({ length: 256 }, (_, byte) => {
  let rest = BigInt(byte) << 32n;
  for (let bit = 39n; bit >= 32n; bit--) if ((rest >> bit) & 1n) rest ^= 0x1_04c1_1db7n << (bit - 32n);
  return Number(rest);
});

function crcOf(bytes: Buffer): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ (remainders[((crc >>> 24) ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return crc >>> 0;
}

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string) => Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]);

export interface SeenPage {
  readonly flags: number;
  readonly granule: bigint;
  readonly sequence: number;
  readonly crcIsRight: boolean;
  readonly body: Buffer;
}

/** The pages of a whole stream. */
export function readPages(bytes: Buffer): SeenPage[] {
  const pages: SeenPage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const segments = bytes.readUInt8(at + 26);
    const lacing = bytes.subarray(at + 27, at + 27 + segments);
    const size = 27 + segments + lacing.reduce((sum, value) => sum + value, 0);
    const whole = Buffer.from(bytes.subarray(at, at + size));
    const crc = whole.readUInt32LE(22);
    whole.writeUInt32LE(0, 22);
    pages.push({
      flags: whole.readUInt8(5),
      granule: whole.readBigInt64LE(6),
      sequence: whole.readUInt32LE(18),
      crcIsRight: crc === crcOf(whole),
      body: whole.subarray(27 + segments),
    });
    at += size;
  }
  return pages;
}
