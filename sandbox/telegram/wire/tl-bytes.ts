/** Bytes that do not parse. The sender is wrong; the server answers or closes, it never fails. */
export class TlDecodeError extends Error {
  override readonly name = 'TlDecodeError';
}

/** Reads the primitives of TL (little endian, 4-byte aligned) off a buffer. Throws TlDecodeError past its end. */
export class TlReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  int32(): number {
    return this.raw(4).readInt32LE();
  }

  /** Constructor ids and flag words. */
  uint32(): number {
    return this.raw(4).readUInt32LE();
  }

  int64(): bigint {
    return this.raw(8).readBigInt64LE();
  }

  double(): number {
    return this.raw(8).readDoubleLE();
  }

  raw(length: number): Buffer {
    if (length < 0 || length > this.remaining)
      throw new TlDecodeError(`${length} bytes wanted, ${this.remaining} left`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Length-prefixed bytes: one length byte below 254, else 254 and three. Padded to 4. */
  bytes(): Buffer {
    const first = this.raw(1).readUInt8();
    if (first === 255) throw new TlDecodeError('byte string longer than the protocol allows');
    const length = first === 254 ? this.raw(3).readUIntLE(0, 3) : first;
    const value = this.raw(length);
    const head = first === 254 ? 4 : 1;
    this.raw((4 - ((head + length) % 4)) % 4);
    return value;
  }

  /** A vector's length, refused when that many items (4 bytes each at least) cannot follow. */
  count(): number {
    const count = this.int32();
    if (count < 0 || count * 4 > this.remaining) throw new TlDecodeError(`${count} vector items cannot follow`);
    return count;
  }
}

/** Collects the primitives of TL. */
export class TlWriter {
  readonly #parts: Buffer[] = [];

  int32(value: number): this {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32LE(value | 0);
    return this.raw(bytes);
  }

  int64(value: bigint): this {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64LE(value);
    return this.raw(bytes);
  }

  double(value: number): this {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleLE(value);
    return this.raw(bytes);
  }

  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    return this;
  }

  bytes(value: Uint8Array): this {
    const { length } = value;
    const head = length < 254 ? [length] : [254, length & 255, (length >> 8) & 255, (length >> 16) & 255];
    this.raw(Buffer.from(head)).raw(value);
    return this.raw(Buffer.alloc((4 - ((head.length + length) % 4)) % 4));
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
