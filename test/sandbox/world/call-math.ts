import { createHash, randomBytes } from 'node:crypto';
import type { CallProtocol } from '../../../sandbox/telegram/device.ts';
import { dhPrime } from '../../../sandbox/telegram/world/dh-config.ts';

export const protocol: CallProtocol = {
  udpP2p: true,
  udpReflector: true,
  minLayer: 65,
  maxLayer: 92,
  libraryVersions: ['9.0.0', '13.0.0'],
};

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
/** key_fingerprint: the last 8 bytes of SHA1(key), as signed little-endian long. */
export const fingerprintOf = (key: Buffer) => createHash('sha1').update(key).digest().readBigInt64LE(12);

/** One side of the key agreement, with node's own Diffie-Hellman replaced by plain arithmetic. */
export function keyPair() {
  const secret = BigInt(`0x${randomBytes(256).toString('hex')}`);
  return { share: bytesOf(power(3n, secret)), keyWith: (other: Buffer) => bytesOf(power(big(other), secret)) };
}

const p = BigInt(`0x${dhPrime.toString('hex')}`);
const big = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(512, '0'), 'hex');

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % p;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}
