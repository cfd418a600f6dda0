import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Obfuscation } from './obfuscation.ts';
import { TlDecodeError } from './tl-bytes.ts';

/** How payloads are framed on a TCP stream (core.telegram.org/mtproto/mtproto-transports). */
export interface Framing {
  /** Takes one payload off the front, undefined while incomplete. Throws TlDecodeError for a broken frame. */
  take(buffer: Buffer): { readonly payload: Buffer; readonly rest: Buffer } | undefined;
  wrap(payload: Buffer): Buffer;
}

export type TransportName = 'full' | 'abridged' | 'intermediate' | 'padded';

/** One side of a stream whose transport the client's first bytes name. */
export class Transport {
  #name: TransportName | undefined;
  #framing: Framing | undefined;
  #obfuscation: Obfuscation | undefined;
  #buffer: Buffer = Buffer.alloc(0);

  /** For people: `obfuscated abridged`. Undefined before the first bytes have told. */
  get name(): string | undefined {
    return this.#name && (this.#obfuscation ? `obfuscated ${this.#name}` : this.#name);
  }

  /** Returns the payloads that became complete. Throws TlDecodeError when the stream cannot be followed any more. */
  feed(chunk: Buffer): readonly Buffer[] {
    this.#buffer = Buffer.concat([this.#buffer, this.#obfuscation?.decrypt(chunk) ?? chunk]);
    this.#framing ??= this.#detect();
    const payloads: Buffer[] = [];
    for (let taken = this.#take(); taken; taken = this.#take()) payloads.push(taken);
    return payloads;
  }

  /** Frames a payload for the client. Only after something was received: before, there is no transport yet. */
  wrap(payload: Buffer): Buffer {
    const frame = this.#framing?.wrap(payload) ?? payload;
    return this.#obfuscation?.encrypt(frame) ?? frame;
  }

  #take(): Buffer | undefined {
    const taken = this.#framing?.take(this.#buffer);
    if (taken) this.#buffer = taken.rest;
    return taken?.payload;
  }

  #detect(): Framing | undefined {
    const buffer = this.#buffer;
    if (buffer.length === 0) return undefined;
    if (buffer[0] === 0xef) return this.#choose('abridged', buffer.subarray(1));
    if (buffer.length < 8) return undefined;
    const tag = tags.get(buffer.readUInt32LE(0));
    if (tag) return this.#choose(tag, buffer.subarray(4));
    // The full transport has no tag; its first sequence number is zero.
    if (buffer.readUInt32LE(4) === 0) return this.#choose('full', buffer);
    if (buffer.length < Obfuscation.headerBytes) return undefined;
    const obfuscation = new Obfuscation(buffer.subarray(0, Obfuscation.headerBytes));
    const inner = tags.get(obfuscation.tag);
    if (!inner) throw new TlDecodeError('no transport begins like this');
    this.#obfuscation = obfuscation;
    return this.#choose(inner, obfuscation.decrypt(buffer.subarray(Obfuscation.headerBytes)));
  }

  #choose(name: TransportName, rest: Buffer): Framing {
    this.#name = name;
    this.#buffer = rest;
    return framings[name]();
  }
}

const tags: ReadonlyMap<number, TransportName> = new Map([
  [0xefefefef, 'abridged'],
  [0xeeeeeeee, 'intermediate'],
  [0xdddddddd, 'padded'],
]);

/** Uploads send parts of 512 kB; containers may hold 1 MB. */
const maxPayloadBytes = 4 * 1024 * 1024;

const split = (buffer: Buffer, head: number, length: number): ReturnType<Framing['take']> => {
  if (length > maxPayloadBytes) throw new TlDecodeError(`frame of ${length} bytes`);
  if (buffer.length < head + length) return undefined;
  return { payload: buffer.subarray(head, head + length), rest: buffer.subarray(head + length) };
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** Length in words, one byte below 127. The top bit asks for a quick ack, which servers may leave out. */
const abridged = (): Framing => ({
  take(buffer) {
    const [first] = buffer;
    if (first === undefined) return undefined;
    const words = first & 0x7f;
    if (words < 0x7f) return split(buffer, 1, words * 4);
    return buffer.length < 4 ? undefined : split(buffer, 4, buffer.readUIntLE(1, 3) * 4);
  },
  wrap(payload) {
    const words = payload.length / 4;
    const head = words < 0x7f ? Buffer.from([words]) : int32(0x7f | (words << 8));
    return Buffer.concat([head, payload]);
  },
});

/** Length in bytes, the top bit again the quick ack. Padded: up to 15 random bytes belong to the frame. */
const intermediate = (padding: () => Buffer) => (): Framing => ({
  take: (buffer) => (buffer.length < 4 ? undefined : split(buffer, 4, buffer.readUInt32LE(0) & 0x7fffffff)),
  wrap(payload) {
    const padded = Buffer.concat([payload, padding()]);
    return Buffer.concat([int32(padded.length), padded]);
  },
});

/** Length of all, sequence number per direction, payload, CRC32. */
const full = (): Framing => {
  let received = 0;
  let sent = 0;
  return {
    take(buffer) {
      if (buffer.length < 4) return undefined;
      const length = buffer.readUInt32LE(0);
      if (length < 12) throw new TlDecodeError('frame shorter than its own head');
      const frame = split(buffer, 0, length);
      if (!frame) return undefined;
      const bytes = frame.payload;
      if (bytes.readUInt32LE(4) !== received++) throw new TlDecodeError('frame out of sequence');
      if (crc32(bytes.subarray(0, -4)) !== bytes.readUInt32LE(length - 4)) throw new TlDecodeError('frame CRC differs');
      return { payload: bytes.subarray(8, -4), rest: frame.rest };
    },
    wrap(payload) {
      const body = Buffer.concat([int32(payload.length + 12), int32(sent++), payload]);
      return Buffer.concat([body, int32(crc32(body))]);
    },
  };
};

const framings: Readonly<Record<TransportName, () => Framing>> = {
  full,
  abridged,
  intermediate: intermediate(() => Buffer.alloc(0)),
  padded: intermediate(() => randomBytes(randomInt(16))),
};
