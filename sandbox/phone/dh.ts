import { checkPrimeSync, createHash, randomBytes } from 'node:crypto';
import { callEmoji } from './emoji.ts';

export interface DhConfig {
  readonly g: number;
  readonly p: Buffer;
  /** The server's share of the randomness: xored into ours, so that neither side alone chooses the exponent. */
  readonly random: Buffer;
}

export interface DhSecret {
  /** Our g_a or g_b: 256 bytes, big-endian, zero-padded. */
  readonly publicValue: Buffer;
  /** The shared 256-byte call key, left-padded with zeros. @throws RangeError for a peer value out of range */
  sharedKey(peerValue: Buffer): Buffer;
}

/** Draws a secret exponent and its public value. @throws RangeError for an unsafe group */
export const drawSecret = ({ g, p, random }: DhConfig): DhSecret => {
  if (!isGoodGroup(g, p)) throw new RangeError('the Diffie-Hellman group is not safe');
  for (;;) {
    const exponent = randomBytes(keyBytes);
    for (let i = 0; i < keyBytes; i++) exponent[i] = exponent[i]! ^ (random[i] ?? 0);
    const secret = secretOf(g, p, exponent);
    if (isGoodPublicValue(secret.publicValue, p)) return secret;
  }
};

export const secretOf = (g: number, p: Buffer, exponent: Buffer): DhSecret => {
  const modulus = toNumber(p);
  const secret = toNumber(exponent);
  return {
    publicValue: toBytes(power(BigInt(g), secret, modulus)),
    sharedKey: (peerValue) => {
      if (!isGoodPublicValue(peerValue, p)) throw new RangeError('the public value is out of range');
      return toBytes(power(toNumber(peerValue), secret, modulus));
    },
  };
};

/** A value near 0 or p would let a man in the middle predict the key: 2^1984 ≤ v ≤ p − 2^1984. */
export const isGoodPublicValue = (value: Buffer, p: Buffer): boolean => {
  if (value.length === 0 || value.length > keyBytes) return false;
  const v = toNumber(value);
  return v >= margin && v <= toNumber(p) - margin;
};

/** p is a 2048-bit safe prime and g generates its subgroup of order (p−1)/2 (tdesktop `IsPrimeAndGood`). */
export const isGoodGroup = (g: number, p: Buffer): boolean => {
  if (p.equals(wellKnownPrime) && [3, 4, 5, 7].includes(g)) return true;
  const known = `${g}:${p.toString('hex')}`;
  let good = judged.get(known);
  if (good === undefined) {
    good = examine(g, p);
    if (judged.size > 8) judged.clear();
    judged.set(known, good);
  }
  return good;
};

/** The last 8 bytes of SHA-1(key), little-endian and signed: TL's `long`. */
export const keyFingerprint = (key: Buffer): bigint => createHash('sha1').update(key).digest().readBigInt64LE(12);

/** The four emoji both people compare: from SHA-256(key ‖ g_a), 8 bytes each. */
export const keyEmoji = (key: Buffer, gA: Buffer): string[] => {
  const hash = createHash('sha256').update(key).update(gA).digest();
  return [0, 8, 16, 24].map((at) => {
    const number = BigInt.asUintN(63, hash.readBigUInt64BE(at));
    return callEmoji[Number(number % BigInt(callEmoji.length))]!;
  });
};

export const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

const examine = (g: number, p: Buffer): boolean => {
  if (p.length !== keyBytes || p[0]! < 0x80) return false;
  const prime = toNumber(p);
  const residue = residues[g];
  if (!residue?.rests.includes(Number(prime % residue.of))) return false;
  return checkPrimeSync(prime) && checkPrimeSync((prime - 1n) / 2n);
};

const residues: Readonly<Record<number, { of: bigint; rests: number[] }>> = {
  2: { of: 8n, rests: [7] },
  3: { of: 3n, rests: [2] },
  4: { of: 1n, rests: [0] },
  5: { of: 5n, rests: [1, 4] },
  6: { of: 24n, rests: [19, 23] },
  7: { of: 7n, rests: [3, 5, 6] },
};

const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  let square = base % modulus;
  for (const bit of exponent.toString(2).split('').toReversed()) {
    if (bit === '1') result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
};

const toNumber = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`));
const toBytes = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(keyBytes * 2, '0'), 'hex');

const keyBytes = 256;
const margin = 2n ** 1984n;
const judged = new Map<string, boolean>();

/** The prime Telegram has always handed out; testing it anew takes seconds. */
const wellKnownPrime = Buffer.from(
  [
    'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa33',
    '6f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96',
    'bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b',
    '2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0',
    'f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119c',
    'd8e3b92fcc5b',
  ].join(''),
  'hex',
);
