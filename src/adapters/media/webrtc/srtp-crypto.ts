import { createCipheriv, hash } from 'node:crypto';
import type { SessionKeys } from './srtp-keys.ts';

/** The longest packet SRTP handles here; anything bigger than a datagram on the internet is refused. */
export const maxPacketBytes = 2048;

const blockBytes = 16;
const hashBlockBytes = 64;
const sha1Bytes = 20;

/**
 * The AES-CM keystream of RFC 3711 §4.1.1.
 *
 * One ECB cipher lives as long as the keys and enciphers all counter blocks of a packet in one call: making a CTR cipher per
 * packet costs five times as much.
 */
export class Keystream {
  readonly #ecb;
  readonly #salt: Buffer;
  readonly #counters = Buffer.alloc(maxPacketBytes + blockBytes);

  constructor(keys: SessionKeys) {
    this.#ecb = createCipheriv('aes-128-ecb', keys.cipherKey, null).setAutoPadding(false);
    this.#salt = keys.salt;
  }

  /**
   * XORs `packet[from..to)` with the keystream of (ssrc, index). The index is 48 bits wide, given as its upper 32 and lower 16:
   * ROC and sequence number for RTP; for RTCP, the 31-bit index split the same way.
   */
  apply(packet: Buffer, from: number, to: number, ssrc: number, indexHigh: number, indexLow: number): void {
    const bytes = to - from;
    if (bytes <= 0) return;
    const stream = this.bytes(Math.ceil(bytes / blockBytes), ssrc, indexHigh, indexLow);
    for (let i = 0; i < bytes; i++) packet[from + i]! ^= stream[i]!;
  }

  /** The keystream itself, `blocks` times 16 bytes. */
  bytes(blocks: number, ssrc: number, indexHigh: number, indexLow: number): Buffer {
    const counters = this.#counters;
    this.#salt.copy(counters);
    counters.writeUInt32BE((counters.readUInt32BE(4) ^ ssrc) >>> 0, 4);
    counters.writeUInt32BE((counters.readUInt32BE(8) ^ indexHigh) >>> 0, 8);
    counters.writeUInt16BE(counters.readUInt16BE(12) ^ indexLow, 12);
    counters.writeUInt16BE(0, 14);
    for (let block = 1; block < blocks; block++) {
      counters.copyWithin(block * blockBytes, 0, 14);
      counters.writeUInt16BE(block, block * blockBytes + 14);
    }
    return this.#ecb.update(counters.subarray(0, blocks * blockBytes));
  }
}

/**
 * HMAC-SHA1 as two one-shot hashes over prepared pads (RFC 2104): half the price of an `Hmac` object per packet.
 */
export class PacketAuthenticator {
  readonly #inner = Buffer.alloc(hashBlockBytes + maxPacketBytes + 4);
  readonly #outer = Buffer.alloc(hashBlockBytes + sha1Bytes);

  constructor(keys: SessionKeys) {
    for (let i = 0; i < hashBlockBytes; i++) {
      const byte = keys.authKey[i] ?? 0;
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    }
  }

  /** HMAC over `packet[0..length)`, followed by a 32-bit word (the ROC, which RTP does not carry) when one is given. */
  tag(packet: Buffer, length: number, word?: number): Buffer {
    packet.copy(this.#inner, hashBlockBytes, 0, length);
    let end = hashBlockBytes + length;
    if (word !== undefined) end = this.#inner.writeUInt32BE(word, end);
    this.#outer.set(hash('sha1', this.#inner.subarray(0, end), 'buffer'), hashBlockBytes);
    return hash('sha1', this.#outer, 'buffer');
  }

  /** Compares in constant time the tag of `tagBytes` that stands at `packet[length..]`. */
  matches(packet: Buffer, length: number, tagBytes: number, word?: number): boolean {
    const expected = this.tag(packet, length, word);
    let difference = 0;
    for (let i = 0; i < tagBytes; i++) difference |= expected[i]! ^ packet[length + i]!;
    return difference === 0;
  }
}
