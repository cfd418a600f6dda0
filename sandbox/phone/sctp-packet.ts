/** One chunk of an SCTP packet (RFC 9260 §3.2): `value` is what follows the four bytes of type, flags and length. */
export interface SctpChunk {
  readonly type: number;
  readonly flags: number;
  readonly value: Buffer;
}

export interface SctpPacket {
  readonly tag: number;
  readonly chunks: readonly SctpChunk[];
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

export const sctpPort = 5000;

export const encodeSctp = (tag: number, chunks: readonly SctpChunk[]): Buffer => {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(sctpPort, 0);
  header.writeUInt16BE(sctpPort, 2);
  header.writeUInt32BE(tag, 4);
  const packet = Buffer.concat([header, ...chunks.map(encodeChunk)]);
  packet.writeUInt32LE(crc32c(packet), 8);
  return packet;
};

/** Undefined for anything that is not SCTP between ports 5000, is cut short, or fails its checksum. */
export const decodeSctp = (packet: Buffer): SctpPacket | undefined => {
  if (packet.length < 16 || packet.readUInt16BE(0) !== sctpPort || packet.readUInt16BE(2) !== sctpPort)
    return undefined;
  const zeroed = Buffer.from(packet);
  zeroed.writeUInt32LE(0, 8);
  if (crc32c(zeroed) !== packet.readUInt32LE(8)) return undefined;
  const chunks: SctpChunk[] = [];
  for (let at = 12; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    if (length < 4 || at + length > packet.length) return undefined;
    chunks.push({ type: packet[at]!, flags: packet[at + 1]!, value: packet.subarray(at + 4, at + length) });
    at += padded(length);
  }
  return { tag: packet.readUInt32BE(4), chunks };
};

/** CRC-32C (Castagnoli), which SCTP writes little-endian (RFC 9260 appendix A). */
export const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
};

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f6_3b78 : rest >>> 1;
  return rest >>> 0;
});

const encodeChunk = ({ type, flags, value }: SctpChunk): Buffer => {
  const chunk = Buffer.alloc(padded(4 + value.length));
  chunk[0] = type;
  chunk[1] = flags;
  chunk.writeUInt16BE(4 + value.length, 2);
  value.copy(chunk, 4);
  return chunk;
};

const padded = (length: number): number => (length + 3) & ~3;
