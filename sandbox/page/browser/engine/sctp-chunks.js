import { concat, getU16, getU32, setU16, setU32 } from './bytes.js';
import { chunkType } from './sctp-packet.js';

/** Fragment marks in the flags of a DATA chunk (RFC 9260 §3.3.1). */
export const fragment = { first: 0x02, last: 0x01 };

/** INIT, or INIT ACK when there is a cookie. No extension is announced. */
export const encodeInit = ({ tag, tsn, windowBytes, cookie }) => {
  const fixed = new Uint8Array(16);
  setU32(fixed, 0, tag);
  setU32(fixed, 4, windowBytes);
  setU16(fixed, 8, streams);
  setU16(fixed, 10, streams);
  setU32(fixed, 12, tsn);
  if (!cookie) return { type: chunkType.init, flags: 0, value: fixed };
  const head = new Uint8Array(4);
  setU16(head, 0, cookieParameter);
  setU16(head, 2, 4 + cookie.length);
  return { type: chunkType.initAck, flags: 0, value: concat(fixed, head, cookie) };
};

export const decodeInit = (value) => {
  if (value.length < 16 || getU32(value, 0) === 0) return undefined;
  const facts = { tag: getU32(value, 0), windowBytes: getU32(value, 4), tsn: getU32(value, 12) };
  for (let at = 16; at + 4 <= value.length; ) {
    const length = getU16(value, at + 2);
    if (length < 4 || at + length > value.length) return undefined;
    if (getU16(value, at) === cookieParameter) {
      return { ...facts, cookie: value.slice(at + 4, at + length) };
    }
    at += (length + 3) & ~3;
  }
  return facts;
};

export const encodeData = ({ tsn, stream, sequence, protocol, flags, payload }) => {
  const head = new Uint8Array(12);
  setU32(head, 0, tsn);
  setU16(head, 4, stream);
  setU16(head, 6, sequence);
  setU32(head, 8, protocol);
  return { type: chunkType.data, flags, value: concat(head, payload) };
};

export const decodeData = ({ flags, value }) =>
  value.length <= 12
    ? undefined
    : {
        tsn: getU32(value, 0),
        stream: getU16(value, 4),
        sequence: getU16(value, 6),
        protocol: getU32(value, 8),
        flags,
        payload: value.subarray(12),
      };

export const encodeSack = ({ cumulative, windowBytes, gaps }) => {
  const value = new Uint8Array(12 + gaps.length * 4);
  setU32(value, 0, cumulative);
  setU32(value, 4, windowBytes);
  setU16(value, 8, gaps.length);
  for (const [index, [first, last]] of gaps.entries()) {
    setU16(value, 12 + index * 4, first);
    setU16(value, 14 + index * 4, last);
  }
  return { type: chunkType.sack, flags: 0, value };
};

export const decodeSack = (value) => {
  if (value.length < 12) return undefined;
  const count = getU16(value, 8);
  if (value.length < 12 + count * 4) return undefined;
  const gaps = Array.from({ length: count }, (_, index) => [
    getU16(value, 12 + index * 4),
    getU16(value, 14 + index * 4),
  ]);
  return { cumulative: getU32(value, 0), windowBytes: getU32(value, 4), gaps };
};

/** How far `tsn` lies after `base`, negative when before it: serial arithmetic (RFC 1982), for TSNs wrap. */
export const tsnAfter = (tsn, base) => (tsn - base) | 0;

const streams = 16;
const cookieParameter = 7;
