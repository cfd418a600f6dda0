import { chunkType, type SctpChunk } from './sctp-packet.ts';

/** Fragment marks in the flags of a DATA chunk (RFC 9260 §3.3.1). */
export const fragment = { first: 0x02, last: 0x01 } as const;

export interface InitFacts {
  readonly tag: number;
  readonly tsn: number;
  readonly windowBytes: number;
  readonly cookie?: Buffer;
}

/** INIT, or INIT ACK when there is a cookie. No extension is announced. */
export const encodeInit = ({ tag, tsn, windowBytes, cookie }: InitFacts): SctpChunk => {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32BE(tag, 0);
  fixed.writeUInt32BE(windowBytes, 4);
  fixed.writeUInt16BE(streams, 8);
  fixed.writeUInt16BE(streams, 10);
  fixed.writeUInt32BE(tsn, 12);
  if (!cookie) return { type: chunkType.init, flags: 0, value: fixed };
  const head = Buffer.alloc(4);
  head.writeUInt16BE(cookieParameter, 0);
  head.writeUInt16BE(4 + cookie.length, 2);
  return { type: chunkType.initAck, flags: 0, value: Buffer.concat([fixed, head, cookie]) };
};

export const decodeInit = (value: Buffer): InitFacts | undefined => {
  if (value.length < 16 || value.readUInt32BE(0) === 0) return undefined;
  const facts = { tag: value.readUInt32BE(0), windowBytes: value.readUInt32BE(4), tsn: value.readUInt32BE(12) };
  for (let at = 16; at + 4 <= value.length; ) {
    const length = value.readUInt16BE(at + 2);
    if (length < 4 || at + length > value.length) return undefined;
    if (value.readUInt16BE(at) === cookieParameter) {
      return { ...facts, cookie: Buffer.from(value.subarray(at + 4, at + length)) };
    }
    at += (length + 3) & ~3;
  }
  return facts;
};

export interface DataFacts {
  readonly tsn: number;
  readonly stream: number;
  readonly sequence: number;
  readonly protocol: number;
  readonly flags: number;
  readonly payload: Buffer;
}

export const encodeData = ({ tsn, stream, sequence, protocol, flags, payload }: DataFacts): SctpChunk => {
  const head = Buffer.alloc(12);
  head.writeUInt32BE(tsn, 0);
  head.writeUInt16BE(stream, 4);
  head.writeUInt16BE(sequence, 6);
  head.writeUInt32BE(protocol, 8);
  return { type: chunkType.data, flags, value: Buffer.concat([head, payload]) };
};

export const decodeData = ({ flags, value }: SctpChunk): DataFacts | undefined =>
  value.length <= 12
    ? undefined
    : {
        tsn: value.readUInt32BE(0),
        stream: value.readUInt16BE(4),
        sequence: value.readUInt16BE(6),
        protocol: value.readUInt32BE(8),
        flags,
        payload: value.subarray(12),
      };

export interface SackFacts {
  readonly cumulative: number;
  readonly windowBytes: number;
  /** TSNs received beyond the cumulative one, as offsets from it: first and last of each run. */
  readonly gaps: readonly (readonly [number, number])[];
}

export const encodeSack = ({ cumulative, windowBytes, gaps }: SackFacts): SctpChunk => {
  const value = Buffer.alloc(12 + gaps.length * 4);
  value.writeUInt32BE(cumulative, 0);
  value.writeUInt32BE(windowBytes, 4);
  value.writeUInt16BE(gaps.length, 8);
  for (const [index, [first, last]] of gaps.entries()) {
    value.writeUInt16BE(first, 12 + index * 4);
    value.writeUInt16BE(last, 14 + index * 4);
  }
  return { type: chunkType.sack, flags: 0, value };
};

export const decodeSack = (value: Buffer): SackFacts | undefined => {
  if (value.length < 12) return undefined;
  const count = value.readUInt16BE(8);
  if (value.length < 12 + count * 4) return undefined;
  const gaps = Array.from(
    { length: count },
    (_, index) => [value.readUInt16BE(12 + index * 4), value.readUInt16BE(14 + index * 4)] as const,
  );
  return { cumulative: value.readUInt32BE(0), windowBytes: value.readUInt32BE(4), gaps };
};

/** How far `tsn` lies after `base`, negative when before it: serial arithmetic (RFC 1982), for TSNs wrap. */
export const tsnAfter = (tsn: number, base: number): number => (tsn - base) | 0;

const streams = 16;
const cookieParameter = 7;
