import { createHash, pbkdf2Sync } from 'node:crypto';
import { RpcError, type TlObject } from '../wire/contract.ts';
import { dhGenerator, dhPrime } from '../world/dh-config.ts';
import type { Ids } from '../world/ids.ts';
import { bytes, long, tl } from './fields.ts';

/**
 * The server's half of SRP-2048 as Telegram uses it for two-step verification (core.telegram.org/api/srp): the client
 * proves that it knows the password without sending it. All numbers are hashed as 256 bytes, big endian.
 */
export class SrpCheck {
  /** The `account.password` object to answer getPassword with. */
  readonly challenge: TlObject;
  readonly #id: bigint;
  readonly #salt1: Buffer;
  readonly #salt2: Buffer;
  readonly #v: bigint;
  readonly #b: bigint;
  readonly #bigB: bigint;

  constructor(password: string, ids: Ids) {
    this.#id = ids.long();
    this.#salt1 = ids.bytes(8);
    this.#salt2 = ids.bytes(16);
    this.#b = number(ids.bytes(256));
    this.#v = power(g, number(this.#passwordHash(password)), p);
    const k = number(sha256(padded(p), padded(g)));
    this.#bigB = (k * this.#v + power(g, this.#b, p)) % p;
    const algorithm = passwordAlgorithm(this.#salt1, this.#salt2);
    this.challenge = tl('account.password', {
      has_password: true,
      current_algo: algorithm,
      srp_B: padded(this.#bigB),
      srp_id: this.#id,
      hint: 'sandbox',
      ...newPasswordTerms(algorithm, ids),
    });
  }

  /** @throws RpcError SRP_ID_INVALID, PASSWORD_HASH_INVALID */
  check(proof: TlObject): void {
    if (proof._ !== 'inputCheckPasswordSRP') throw new RpcError(400, 'PASSWORD_HASH_INVALID');
    if (long(proof, 'srp_id') !== this.#id) throw new RpcError(400, 'SRP_ID_INVALID');
    const a = number(bytes(proof, 'A'));
    if (a % p === 0n) throw new RpcError(400, 'PASSWORD_HASH_INVALID');
    const u = number(sha256(padded(a), padded(this.#bigB)));
    const secret = power((a * power(this.#v, u, p)) % p, this.#b, p);
    const [hashP, hashG] = [sha256(padded(p)), sha256(padded(g))];
    const expected = sha256(
      hashP.map((byte, index) => byte ^ (hashG[index] ?? 0)),
      sha256(this.#salt1),
      sha256(this.#salt2),
      padded(a),
      padded(this.#bigB),
      sha256(padded(secret)),
    );
    if (!expected.equals(bytes(proof, 'M1'))) throw new RpcError(400, 'PASSWORD_HASH_INVALID');
  }

  #passwordHash(password: string): Buffer {
    const [salt1, salt2] = [this.#salt1, this.#salt2];
    const inner = sha256(salt1, Buffer.from(password), salt1);
    const stretched = pbkdf2Sync(sha256(salt2, inner, salt2), salt1, 100_000, 64, 'sha512');
    return sha256(salt2, stretched, salt2);
  }
}

/** The answer to getPassword of an account that has none. */
export function noPassword(ids: Ids): TlObject {
  return tl('account.password', newPasswordTerms(passwordAlgorithm(ids.bytes(8), ids.bytes(16)), ids));
}

const passwordAlgorithm = (salt1: Buffer, salt2: Buffer) =>
  tl('passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow', { salt1, salt2, g: dhGenerator, p: dhPrime });

const newPasswordTerms = (algorithm: TlObject, ids: Ids) => ({
  new_algo: algorithm,
  new_secure_algo: tl('securePasswordKdfAlgoUnknown'),
  secure_random: ids.bytes(16),
});

const p = BigInt(`0x${dhPrime.toString('hex')}`);
const g = BigInt(dhGenerator);
const number = (buffer: Uint8Array) => BigInt(`0x${Buffer.from(buffer).toString('hex') || '0'}`);
const padded = (value: bigint) => Buffer.from(value.toString(16).padStart(512, '0'), 'hex');

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
