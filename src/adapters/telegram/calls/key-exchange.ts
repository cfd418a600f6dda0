import { createHash, randomBytes } from 'node:crypto';
import type { DhGroup } from './dh-group.ts';
import { modPower } from './mod-power.ts';

/** What both ends of a call share once the exchange is done. Never logged. */
export interface CallKey {
  /** 256 bytes. */
  readonly bytes: Buffer;
  /** Last 8 bytes of SHA-1(key), little-endian, signed. */
  readonly fingerprint: bigint;
}

/** One side's secret of one call. */
export class KeyExchange {
  readonly #group: DhGroup;
  readonly #exponent: Buffer;
  /** g_a or g_b: 256 bytes, to be sent and hashed as they are. */
  readonly publicValue: Buffer;

  /** The server's randomness is mixed in, so that a weak local generator alone does not give the key away. */
  static draw(group: DhGroup, serverRandom: Buffer): KeyExchange {
    for (;;) {
      const exponent = randomBytes(256);
      for (let i = 0; i < exponent.length; i++) exponent[i] = (exponent[i] ?? 0) ^ (serverRandom[i] ?? 0);
      const exchange = new KeyExchange(group, exponent);
      if (isGoodPublicValue(exchange.publicValue, group.prime)) return exchange;
    }
  }

  constructor(group: DhGroup, exponent: Buffer) {
    this.#group = group;
    this.#exponent = exponent;
    this.publicValue = modPower(Buffer.of(group.g), exponent, group);
  }

  /** The key, or undefined when the peer's value is out of range. */
  keyWith(peerValue: Buffer): CallKey | undefined {
    if (!isGoodPublicValue(peerValue, this.#group.prime)) return undefined;
    const bytes = modPower(peerValue, this.#exponent, this.#group);
    return { bytes, fingerprint: keyFingerprint(bytes) };
  }
}

/** 2^1984 ≤ value ≤ prime − 2^1984: values near the ends would give the secret away. */
export function isGoodPublicValue(value: Buffer, prime: Buffer): boolean {
  if (value.length === 0 || value.length > prime.length) return false;
  const number = BigInt(`0x${value.toString('hex')}`);
  return number >= margin && number <= BigInt(`0x${prime.toString('hex')}`) - margin;
}

const margin = 1n << 1984n;

export const keyFingerprint = (key: Buffer): bigint => createHash('sha1').update(key).digest().readBigInt64LE(12);

export const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
