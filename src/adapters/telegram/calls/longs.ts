import { returnBigInt } from 'telegram/Helpers.js';

/** A TL `long` as GramJS wants it. */
export type TlLong = ReturnType<typeof returnBigInt>;

export const tlLong = (value: bigint): TlLong => returnBigInt(value.toString());

/** The signed 64-bit value of a TL `long`; longs do not fit JS numbers, and some senders give them unsigned. */
export const signedLong = (value: { toString(): string }): bigint => BigInt.asIntN(64, BigInt(value.toString()));
