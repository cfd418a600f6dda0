import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv } from 'node:crypto';

/**
 * Transport obfuscation (core.telegram.org/mtproto/mtproto-transports#transport-obfuscation), server side: two
 * AES-256-CTR streams whose keys stand in the client's first 64 bytes, the way back with those bytes reversed.
 */
export class Obfuscation {
  static readonly headerBytes = 64;
  /** The inner transport, named by the decrypted header. */
  readonly tag: number;
  readonly #decipher: Decipheriv;
  readonly #cipher: Cipheriv;

  constructor(header: Buffer) {
    const secrets = header.subarray(8, 56);
    const reversed = Buffer.from(secrets).reverse();
    this.#decipher = createDecipheriv('aes-256-ctr', secrets.subarray(0, 32), secrets.subarray(32));
    this.#cipher = createCipheriv('aes-256-ctr', reversed.subarray(0, 32), reversed.subarray(32));
    this.tag = this.decrypt(header).readUInt32LE(56);
  }

  decrypt(chunk: Buffer): Buffer {
    return this.#decipher.update(chunk);
  }

  encrypt(chunk: Buffer): Buffer {
    return this.#cipher.update(chunk);
  }
}
