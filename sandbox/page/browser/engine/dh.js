import { fromHex, random, sha1, sha256, toHex } from './bytes.js';
import { callEmoji } from './emoji.js';

/**
 * The call's key (Diffie-Hellman over Telegram's 2048-bit prime), made by the two ends alone: the server passes
 * hashes and public values on and never learns it. Public values and keys are 256 bytes, big-endian, zero-padded.
 */

/** Draws a secret and its public value. `config`: g, and p and the server's randomness as hex. @throws RangeError */
export const drawSecret = ({ g, p, random: share }) => {
  const prime = fromHex(p);
  if (!isGoodGroup(g, prime)) throw new RangeError('the Diffie-Hellman group is not the one Telegram has');
  const theirs = fromHex(share);
  for (;;) {
    const exponent = random(keyBytes).map((byte, at) => byte ^ (theirs[at] ?? 0));
    const secret = secretOf(g, prime, exponent);
    if (isGoodPublicValue(secret.publicValue, prime)) return secret;
  }
};

export const secretOf = (g, p, exponent) => {
  const modulus = toNumber(p);
  const secret = toNumber(exponent);
  return {
    publicValue: toBytes(power(BigInt(g), secret, modulus)),
    /** @throws RangeError for a value with which somebody between could know the key */
    sharedKey: (peerValue) => {
      if (!isGoodPublicValue(peerValue, p)) throw new RangeError('the public value is out of range');
      return toBytes(power(toNumber(peerValue), secret, modulus));
    },
  };
};

/** 2^1984 ≤ v ≤ p − 2^1984. */
export const isGoodPublicValue = (value, p) => {
  if (value.length === 0 || value.length > keyBytes) return false;
  const v = toNumber(value);
  return v >= margin && v <= toNumber(p) - margin;
};

/** Only the prime that Telegram has always handed out: a browser cannot test another in reasonable time. */
export const isGoodGroup = (g, p) => toHex(p) === wellKnownPrime && [3, 4, 5, 7].includes(g);

/** The last 8 bytes of SHA-1(key), little-endian and signed: TL's `long`. */
export const keyFingerprint = async (key) => {
  const hash = await sha1(key);
  return new DataView(hash.buffer).getBigInt64(12, true);
};

/** The four emoji both people compare: from SHA-256(key ‖ g_a), 8 bytes each. */
export const keyEmoji = async (key, gA) => {
  const view = new DataView((await sha256(key, gA)).buffer);
  return [0, 8, 16, 24].map((at) => {
    const number = BigInt.asUintN(63, view.getBigUint64(at));
    return callEmoji[Number(number % BigInt(callEmoji.length))];
  });
};

const power = (base, exponent, modulus) => {
  let result = 1n;
  let square = base % modulus;
  for (const bit of exponent.toString(2).split('').reverse()) {
    if (bit === '1') result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
};

const keyBytes = 256;
const margin = 2n ** 1984n;
const toNumber = (bytes) => (bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`));
const toBytes = (number) => fromHex(number.toString(16).padStart(keyBytes * 2, '0'));

const wellKnownPrime = [
  'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa33',
  '6f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96',
  'bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b',
  '2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0',
  'f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119c',
  'd8e3b92fcc5b',
].join('');
