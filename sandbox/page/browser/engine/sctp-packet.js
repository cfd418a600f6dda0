import { concat, getU16, getU32, getU32le, setU16, setU32, setU32le } from './bytes.js';

/** One chunk of an SCTP packet (RFC 9260 §3.2): `value` is what follows the four bytes of type, flags and length. */

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
};

export const sctpPort = 5000;

export const encodeSctp = (tag, chunks) => {
  const header = new Uint8Array(12);
  setU16(header, 0, sctpPort);
  setU16(header, 2, sctpPort);
  setU32(header, 4, tag);
  const packet = concat(header, ...chunks.map(encodeChunk));
  setU32le(packet, 8, crc32c(packet));
  return packet;
};

/** Undefined for anything that is not SCTP between ports 5000, is cut short, or fails its checksum. */
export const decodeSctp = (packet) => {
  if (packet.length < 16 || getU16(packet, 0) !== sctpPort || getU16(packet, 2) !== sctpPort) return undefined;
  const zeroed = packet.slice();
  setU32le(zeroed, 8, 0);
  if (crc32c(zeroed) !== getU32le(packet, 8)) return undefined;
  const chunks = [];
  for (let at = 12; at + 4 <= packet.length; ) {
    const length = getU16(packet, at + 2);
    if (length < 4 || at + length > packet.length) return undefined;
    chunks.push({ type: packet[at], flags: packet[at + 1], value: packet.subarray(at + 4, at + length) });
    at += padded(length);
  }
  return { tag: getU32(packet, 4), chunks };
};

/** CRC-32C (Castagnoli), which SCTP writes little-endian (RFC 9260 appendix A). */
export const crc32c = (bytes) => {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
};

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f6_3b78 : rest >>> 1;
  return rest >>> 0;
});

const encodeChunk = ({ type, flags, value }) => {
  const chunk = new Uint8Array(padded(4 + value.length));
  chunk[0] = type;
  chunk[1] = flags;
  setU16(chunk, 2, 4 + value.length);
  chunk.set(value, 4);
  return chunk;
};

const padded = (length) => (length + 3) & ~3;
