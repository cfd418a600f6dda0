import { createHash } from 'node:crypto';

/** Ids, hashes and "random" bytes that are the same in every run with the same seed. */
export class Ids {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(length: number): Buffer {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(
        createHash('sha256')
          .update(`${this.#seed}/${this.#count++}`)
          .digest(),
      );
    }
    return Buffer.concat(blocks).subarray(0, length);
  }

  /** A positive 62-bit number: a TL long that no client can mistake for a JS number. */
  long(): bigint {
    return (this.bytes(8).readBigUInt64BE() >> 2n) | (1n << 60n);
  }

  digits(length: number): string {
    return Array.from(this.bytes(length), (byte) => String(byte % 10)).join('');
  }

  token(length: number): string {
    return this.bytes(length).toString('base64url').slice(0, length);
  }
}
