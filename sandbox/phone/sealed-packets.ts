import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';

/** Which side of the call wrote a packet: the two directions take different bytes of the call key. */
export type CallRole = 'caller' | 'callee';

/** Seals signaling payloads with the call key; each gets the next counter, so a retransmission is never sealed anew. */
export class PacketSealer {
  readonly #key: Buffer;
  readonly #x: number;
  #counter = 0;

  constructor(key: Buffer, sender: CallRole) {
    this.#key = key;
    this.#x = signalingOffset[sender];
  }

  seal(payload: Buffer): Buffer {
    const plaintext = Buffer.alloc(4 + payload.length);
    plaintext.writeUInt32BE(++this.#counter);
    payload.copy(plaintext, 4);
    const messageKey = messageKeyOf(this.#key, this.#x, plaintext);
    const { aesKey, iv } = cipherKeys(this.#key, this.#x, messageKey);
    const cipher = createCipheriv('aes-256-ctr', aesKey, iv);
    return Buffer.concat([messageKey, cipher.update(plaintext), cipher.final()]);
  }
}

/** Opens what the other side sealed; refuses forgeries, our own packets reflected, and replays. */
export class PacketOpener {
  readonly #key: Buffer;
  readonly #x: number;
  readonly #replays = new ReplayWindow();

  constructor(key: Buffer, sender: CallRole) {
    this.#key = key;
    this.#x = signalingOffset[sender];
  }

  open(packet: Buffer): Buffer | undefined {
    if (packet.length < 21 || packet.length > 131_072) return undefined;
    const messageKey = packet.subarray(0, 16);
    const { aesKey, iv } = cipherKeys(this.#key, this.#x, messageKey);
    const decipher = createDecipheriv('aes-256-ctr', aesKey, iv);
    const plaintext = Buffer.concat([decipher.update(packet.subarray(16)), decipher.final()]);
    if (!timingSafeEqual(messageKey, messageKeyOf(this.#key, this.#x, plaintext))) return undefined;
    // The two top bits are flags of older signaling kinds.
    if (!this.#replays.accepts(plaintext.readUInt32BE() & 0x3fff_ffff)) return undefined;
    return plaintext.subarray(4);
  }
}

/** Remembers the counters accepted within 64 of the largest; anything older, or seen, is a replay. */
export class ReplayWindow {
  readonly #kept = new Set<number>();
  #largest = 0;

  accepts(counter: number): boolean {
    if (this.#kept.has(counter) || counter <= this.#largest - windowSize) return false;
    this.#kept.add(counter);
    this.#largest = Math.max(this.#largest, counter);
    for (const kept of this.#kept) if (kept <= this.#largest - windowSize) this.#kept.delete(kept);
    return true;
  }
}

const windowSize = 64;
const signalingOffset: Readonly<Record<CallRole, number>> = { caller: 128, callee: 136 };

const messageKeyOf = (key: Buffer, x: number, plaintext: Buffer): Buffer =>
  createHash('sha256')
    .update(key.subarray(88 + x, 120 + x))
    .update(plaintext)
    .digest()
    .subarray(8, 24);

const cipherKeys = (key: Buffer, x: number, messageKey: Buffer): { aesKey: Buffer; iv: Buffer } => {
  const a = createHash('sha256')
    .update(messageKey)
    .update(key.subarray(x, x + 36))
    .digest();
  const b = createHash('sha256')
    .update(key.subarray(40 + x, 76 + x))
    .update(messageKey)
    .digest();
  return {
    aesKey: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    iv: Buffer.concat([b.subarray(0, 4), a.subarray(8, 16), b.subarray(24, 28)]),
  };
};
