import { concat, getU32, isEqual, setU32, sha256 } from './bytes.js';

/**
 * Signaling sealed with the call key: `msg_key(16) ‖ AES-256-CTR(counter(4) ‖ payload)`. The two directions take
 * different bytes of the key. Sealing is asynchronous here (WebCrypto); whoever seals or opens keeps the order.
 */
export class PacketSealer {
  #key;
  #x;
  #counter = 0;

  /** `sender`: caller or callee. */
  constructor(key, sender) {
    this.#key = key;
    this.#x = signalingOffset[sender];
  }

  async seal(payload) {
    const counter = new Uint8Array(4);
    setU32(counter, 0, ++this.#counter);
    const plaintext = concat(counter, payload);
    const messageKey = await messageKeyOf(this.#key, this.#x, plaintext);
    return concat(messageKey, await crypt(this.#key, this.#x, messageKey, plaintext));
  }
}

/** Opens what the other side sealed; refuses forgeries, our own packets reflected, and replays. */
export class PacketOpener {
  #key;
  #x;
  #replays = new ReplayWindow();

  constructor(key, sender) {
    this.#key = key;
    this.#x = signalingOffset[sender];
  }

  /** Undefined for what is refused. */
  async open(packet) {
    if (packet.length < 21 || packet.length > 131_072) return undefined;
    const messageKey = packet.slice(0, 16);
    const plaintext = await crypt(this.#key, this.#x, messageKey, packet.slice(16));
    if (!isEqual(messageKey, await messageKeyOf(this.#key, this.#x, plaintext))) return undefined;
    // The two top bits are flags of older signaling kinds.
    if (!this.#replays.accepts(getU32(plaintext, 0) & 0x3fff_ffff)) return undefined;
    return plaintext.slice(4);
  }
}

/** Remembers the counters accepted within 64 of the largest; anything older, or seen, is a replay. */
export class ReplayWindow {
  #kept = new Set();
  #largest = 0;

  accepts(counter) {
    if (this.#kept.has(counter) || counter <= this.#largest - windowSize) return false;
    this.#kept.add(counter);
    this.#largest = Math.max(this.#largest, counter);
    for (const kept of this.#kept) if (kept <= this.#largest - windowSize) this.#kept.delete(kept);
    return true;
  }
}

const windowSize = 64;
const signalingOffset = { caller: 128, callee: 136 };

const messageKeyOf = async (key, x, plaintext) => (await sha256(key.slice(88 + x, 120 + x), plaintext)).slice(8, 24);

/** CTR is its own inverse. */
const crypt = async (key, x, messageKey, bytes) => {
  const a = await sha256(messageKey, key.slice(x, x + 36));
  const b = await sha256(key.slice(40 + x, 76 + x), messageKey);
  const aesKey = concat(a.slice(0, 8), b.slice(8, 24), a.slice(24, 32));
  const counter = concat(b.slice(0, 4), a.slice(8, 16), b.slice(24, 28));
  const imported = await crypto.subtle.importKey('raw', aesKey, 'AES-CTR', false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CTR', counter, length: 128 }, imported, bytes));
};
