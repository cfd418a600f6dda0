import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

/** MTProto 2.0's primitives on node:crypto alone, so that server and client under test share no code. */
export const sha1 = (...parts: readonly Uint8Array[]): Buffer => digest('sha1', parts);
export const sha256 = (...parts: readonly Uint8Array[]): Buffer => digest('sha256', parts);

export interface IgeKey {
  /** 32 bytes. */
  readonly key: Buffer;
  /** 32 bytes: the ciphertext block before the first, then the plaintext block before the first. */
  readonly iv: Buffer;
}

/** AES-256-IGE. Throws RangeError when the input is no multiple of 16 bytes. */
export const igeEncrypt = (plain: Buffer, { key, iv }: IgeKey): Buffer =>
  ige(plain, createCipheriv('aes-256-ecb', key, null), iv.subarray(0, 16), iv.subarray(16, 32));
export const igeDecrypt = (sealed: Buffer, { key, iv }: IgeKey): Buffer =>
  ige(sealed, createDecipheriv('aes-256-ecb', key, null), iv.subarray(16, 32), iv.subarray(0, 16));

/** Which way a message travels: the offset into the auth key in the key derivation. */
export type Direction = 'from-client' | 'from-server';
const offsetOf: Readonly<Record<Direction, number>> = { 'from-client': 0, 'from-server': 8 };

/** Core MTProto 2.0: the middle 128 bits of SHA256 over part of the auth key and the padded plaintext. */
export const messageKey = (authKey: Buffer, paddedPlain: Buffer, direction: Direction): Buffer => {
  const x = offsetOf[direction];
  return sha256(authKey.subarray(88 + x, 120 + x), paddedPlain).subarray(8, 24);
};

/** MTProto 2.0 key derivation: AES key and IV of one message. */
export const messageIgeKey = (authKey: Buffer, msgKey: Buffer, direction: Direction): IgeKey => {
  const x = offsetOf[direction];
  const a = sha256(msgKey, authKey.subarray(x, x + 36));
  const b = sha256(authKey.subarray(40 + x, 76 + x), msgKey);
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)]),
  };
};

/** Big endian, as all numbers of the key exchange. */
export const bigFromBytes = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

/** Big endian, left padded with zeros to `length`; without a length as short as it goes. */
export const bytesFromBig = (value: bigint, length = 0): Buffer => {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return bytes.length < length ? Buffer.concat([Buffer.alloc(length - bytes.length), bytes]) : bytes;
};

export const modPow = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
};

/** Telegram's well-known 2048-bit safe prime; clients compare it with their built-in copy. Its generator is 3. */
export const dhPrime = Buffer.from(
  'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f' +
    '48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37' +
    '20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64' +
    '2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4' +
    'a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754' +
    'fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4' +
    'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f' +
    '0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b',
  'hex',
);
export const dhGenerator = 3;

const digest = (algorithm: string, parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * out[i] = cipher(in[i] XOR out[i-1]) XOR in[i-1]; encryption and decryption differ only in the block cipher
 * and in which half of the IV stands before the first block.
 */
const ige = (input: Buffer, cipher: ReturnType<typeof createCipheriv>, outBefore: Buffer, inBefore: Buffer): Buffer => {
  if (input.length % 16) throw new RangeError(`IGE needs whole blocks, got ${input.length} bytes`);
  cipher.setAutoPadding(false);
  const output = Buffer.allocUnsafe(input.length);
  let [previousOut, previousIn] = [outBefore, inBefore];
  for (let at = 0; at < input.length; at += 16) {
    const block = input.subarray(at, at + 16);
    const result = xor16(cipher.update(xor16(block, previousOut)), previousIn);
    result.copy(output, at);
    [previousOut, previousIn] = [result, block];
  }
  return output;
};

const xor16 = (left: Buffer, right: Buffer): Buffer => {
  const result = Buffer.allocUnsafe(16);
  for (let i = 0; i < 16; i += 4) result.writeInt32LE(left.readInt32LE(i) ^ right.readInt32LE(i), i);
  return result;
};
