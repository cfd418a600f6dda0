import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The key does not open what was sealed: another key was in use. */
export class WrongSecretKey extends Error {
  override readonly name = 'WrongSecretKey';
}

/** Seals secrets for the database: AES-256-GCM, `v1.` + base64 of nonce(12) ‖ tag(16) ‖ ciphertext. */
export class SecretBox {
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    if (key.length !== 32) throw new RangeError('a secret key has 32 bytes');
    this.#key = key;
  }

  /** `purpose` (table and row) is authenticated: a sealed value cannot be moved to another row. */
  seal(plain: string, purpose: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
  }

  /** @throws WrongSecretKey */
  open(sealed: string, purpose: string): string {
    try {
      if (!sealed.startsWith('v1.')) throw new Error('unknown form');
      const bytes = Buffer.from(sealed.slice(3), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new WrongSecretKey(
        `SECRET_KEY: the secret stored as ${purpose} was sealed with another key: set the key it was stored with`,
        { cause },
      );
    }
  }
}
