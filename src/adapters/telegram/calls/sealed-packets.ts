import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { sha256 } from './key-exchange.ts';

export type CallRole = 'caller' | 'callee';

/**
 * Seals signaling of one direction with the call key: msg_key(16) ‖ AES-256-CTR(counter(4) ‖ payload).
 * The direction is named by who sends, because both parts of the key differ by it.
 */
export class PacketSealer {
  readonly #key: Buffer;
  readonly #x: number;
  #counter = 0;

  constructor(key: Buffer, sender: CallRole) {
    this.#key = key;
    this.#x = signalingOffset[sender];
  }

  seal(payload: Buffer): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(++this.#counter);
    const plaintext = Buffer.concat([counter, payload]);
    const messageKey = messageKeyOf(this.#key, this.#x, plaintext);
    const { aesKey, aesIv } = cipherOf(this.#key, this.#x, messageKey);
    const cipher = createCipheriv('aes-256-ctr', aesKey, aesIv);
    return Buffer.concat([messageKey, cipher.update(plaintext), cipher.final()]);
  }
}

export type Opened =
  | { readonly kind: 'payload'; readonly payload: Buffer }
  /** Genuine, but its counter was seen or is too old. */
  | { readonly kind: 'replay' }
  /** Not sealed with this key in this direction, or of impossible size. */
  | { readonly kind: 'forged' };

export class PacketOpener {
  readonly #key: Buffer;
  readonly #x: number;
  readonly #window = new ReplayWindow();

  constructor(key: Buffer, sender: CallRole) {
    this.#key = key;
    this.#x = signalingOffset[sender];
  }

  open(packet: Buffer): Opened {
    if (packet.length < 21 || packet.length > maxPacketBytes) return { kind: 'forged' };
    const messageKey = packet.subarray(0, 16);
    const { aesKey, aesIv } = cipherOf(this.#key, this.#x, messageKey);
    const decipher = createDecipheriv('aes-256-ctr', aesKey, aesIv);
    const plaintext = Buffer.concat([decipher.update(packet.subarray(16)), decipher.final()]);
    if (!timingSafeEqual(messageKeyOf(this.#key, this.#x, plaintext), messageKey)) return { kind: 'forged' };
    // Bits 31 and 30 are flags of the versions with acknowledgements.
    const counter = plaintext.readUInt32BE(0) & 0x3fff_ffff;
    return this.#window.accept(counter) ? { kind: 'payload', payload: plaintext.subarray(4) } : { kind: 'replay' };
  }
}

/** Accepts each counter once, and none that is 64 or more behind the largest. */
export class ReplayWindow {
  readonly #kept = new Set<number>();
  #largest = 0;

  accept(counter: number): boolean {
    if (counter <= this.#largest - windowSize || this.#kept.has(counter)) return false;
    this.#kept.add(counter);
    if (counter > this.#largest) {
      this.#largest = counter;
      for (const old of this.#kept) if (old <= counter - windowSize) this.#kept.delete(old);
    }
    return true;
  }
}

const windowSize = 64;
/** Largest sealed packet the native engines accept. */
export const maxPacketBytes = 131_072;
const signalingOffset: Readonly<Record<CallRole, number>> = { caller: 128, callee: 136 };

const messageKeyOf = (key: Buffer, x: number, plaintext: Buffer) =>
  sha256(key.subarray(88 + x, 120 + x), plaintext).subarray(8, 24);

function cipherOf(key: Buffer, x: number, messageKey: Buffer) {
  const a = sha256(messageKey, key.subarray(x, 36 + x));
  const b = sha256(key.subarray(40 + x, 76 + x), messageKey);
  return {
    aesKey: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    aesIv: Buffer.concat([b.subarray(0, 4), a.subarray(8, 16), b.subarray(24, 28)]),
  };
}
