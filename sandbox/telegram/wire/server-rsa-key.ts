import { constants, createPublicKey, generateKeyPair, type KeyObject, privateDecrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { bigFromBytes, sha1 } from './crypto.ts';
import { TlDecodeError, TlWriter } from './tl-bytes.ts';

/** The server's RSA pair, fresh for each server: clients under test are told to trust it. */
export class ServerRsaKey {
  readonly #privateKey: KeyObject;
  /** PKCS#1, as clients carry Telegram's keys. */
  readonly publicKeyPem: string;
  /** Signed, as the wire and GramJS write it. */
  readonly fingerprint: bigint;
  readonly modulus: bigint;
  readonly exponent: number;

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    const publicKey = createPublicKey(privateKey);
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const [modulus, exponent] = [Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url')];
    this.publicKeyPem = publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    this.modulus = bigFromBytes(modulus);
    this.exponent = Number(bigFromBytes(exponent));
    const serialized = new TlWriter().bytes(modulus).bytes(exponent).finish();
    this.fingerprint = sha1(serialized).readBigInt64LE(12);
  }

  static async generate(): Promise<ServerRsaKey> {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const key = new ServerRsaKey(privateKey);
    // mtcute looks keys up by an unpadded hex fingerprint, and would miss one in sixteen.
    return BigInt.asUintN(64, key.fingerprint) >> 60n ? key : ServerRsaKey.generate();
  }

  /** The raw operation: Telegram pads by RSA_PAD of its own. Throws TlDecodeError for a number out of range. */
  decryptRaw(sealed: Buffer): Buffer {
    try {
      return privateDecrypt({ key: this.#privateKey, padding: constants.RSA_NO_PADDING }, sealed);
    } catch (cause) {
      throw new TlDecodeError('not encrypted for this RSA key', { cause });
    }
  }
}
