/** SCTP packets as signaling uses them: no UDP, no DTLS, both ports 5000 (RFC 9260 §3). */
export interface SctpPacket {
  readonly verificationTag: number;
  readonly chunks: readonly SctpChunk[];
}

export interface SctpChunk {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

export const chunkType = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  cookieEcho: 10,
  cookieAck: 11,
} as const;

export function encodeSctp(verificationTag: number, chunks: readonly SctpChunk[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(sctpPort, 0);
  header.writeUInt16BE(sctpPort, 2);
  header.writeUInt32BE(verificationTag, 4);
  const packet = Buffer.concat([header, ...chunks.map(encodeChunk)]);
  packet.writeUInt32LE(crc32c(packet), 8);
  return packet;
}

/** Undefined for whatever is not a whole packet with a right checksum. */
export function decodeSctp(packet: Buffer): SctpPacket | undefined {
  if (packet.length < 16 || packet.readUInt16BE(0) !== sctpPort || packet.readUInt16BE(2) !== sctpPort)
    return undefined;
  const zeroed = Buffer.from(packet);
  zeroed.writeUInt32LE(0, 8);
  if (crc32c(zeroed) !== packet.readUInt32LE(8)) return undefined;
  const chunks = [];
  for (let at = 12; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    if (length < 4 || at + length > packet.length) return undefined;
    chunks.push({
      type: packet.readUInt8(at),
      flags: packet.readUInt8(at + 1),
      body: packet.subarray(at + 4, at + length),
    });
    at += padded(length);
  }
  return { verificationTag: packet.readUInt32BE(4), chunks };
}

function encodeChunk({ type, flags, body }: SctpChunk): Buffer {
  const length = 4 + body.length;
  const chunk = Buffer.alloc(padded(length));
  chunk.writeUInt8(type, 0);
  chunk.writeUInt8(flags, 1);
  chunk.writeUInt16BE(length, 2);
  body.copy(chunk, 4);
  return chunk;
}

const padded = (length: number) => (length + 3) & ~3;

const sctpPort = 5000;

/** CRC-32C (Castagnoli, reflected; RFC 9260 appendix A). */
export function crc32c(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffff_ffff) >>> 0;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value;
});

/** Serial number arithmetic of transmission sequence numbers (RFC 1982): does `a` come after `b`? */
export const isAfter = (a: number, b: number): boolean => ((a - b) | 0) > 0;

export const nextTsn = (tsn: number): number => (tsn + 1) >>> 0;
