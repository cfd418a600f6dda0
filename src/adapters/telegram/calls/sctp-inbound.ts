import { nextTsn } from './sctp-packet.ts';

/** Puts DATA chunks in order and fragments together (RFC 9260 §6.2, §6.9), and says what to acknowledge. */
export class SctpInbound {
  readonly #deliver: (message: Buffer) => void;
  /** Last TSN before the first gap. */
  #cumulative: number;
  /** Chunks behind a gap. */
  readonly #ahead = new Map<number, { flags: number; body: Buffer }>();
  #aheadBytes = 0;
  #fragments: Buffer[] | undefined;
  #fragmentBytes = 0;

  constructor(peerInitialTsn: number, deliver: (message: Buffer) => void) {
    this.#cumulative = (peerInitialTsn - 1) >>> 0;
    this.#deliver = deliver;
  }

  /** What does not fit is dropped unacknowledged: the peer sends it again. */
  data(flags: number, body: Buffer): void {
    if (body.length <= dataHeaderBytes) return;
    const tsn = body.readUInt32BE(0);
    const distance = (tsn - this.#cumulative) | 0;
    if (distance <= 0 || distance > maxGap || this.#ahead.has(tsn)) return;
    if (distance > 1 && this.#aheadBytes + body.length > receiveWindowBytes) return;
    this.#ahead.set(tsn, { flags, body });
    this.#aheadBytes += body.length;
    this.#advance();
  }

  /** Body of a SACK chunk (RFC 9260 §3.3.4). */
  sack(): Buffer {
    const blocks = this.#gapBlocks();
    const body = Buffer.alloc(12 + 4 * blocks.length);
    body.writeUInt32BE(this.#cumulative, 0);
    body.writeUInt32BE(Math.max(0, receiveWindowBytes - this.#aheadBytes), 4);
    body.writeUInt16BE(blocks.length, 8);
    blocks.forEach(([start, end], index) => {
      body.writeUInt16BE(start, 12 + 4 * index);
      body.writeUInt16BE(end, 14 + 4 * index);
    });
    return body;
  }

  #advance(): void {
    for (;;) {
      const tsn = nextTsn(this.#cumulative);
      const chunk = this.#ahead.get(tsn);
      if (!chunk) return;
      this.#ahead.delete(tsn);
      this.#aheadBytes -= chunk.body.length;
      this.#cumulative = tsn;
      // Everything of ours goes on stream 0 in order, so the order of TSNs is the order of messages.
      if (chunk.body.readUInt16BE(4) === 0) this.#assemble(chunk.flags, chunk.body.subarray(dataHeaderBytes));
    }
  }

  #assemble(flags: number, fragment: Buffer): void {
    if (flags & fragmentFlag.beginning) {
      this.#fragments = [];
      this.#fragmentBytes = 0;
    }
    if (!this.#fragments) return;
    this.#fragments.push(fragment);
    this.#fragmentBytes += fragment.length;
    if (this.#fragmentBytes > maxMessageBytes) {
      this.#fragments = undefined;
      return;
    }
    if (!(flags & fragmentFlag.end)) return;
    const message = Buffer.concat(this.#fragments);
    this.#fragments = undefined;
    this.#deliver(message);
  }

  /** Ranges received behind the gap, as offsets from the cumulative TSN. */
  #gapBlocks(): [number, number][] {
    const offsets = [...this.#ahead.keys()].map((tsn) => (tsn - this.#cumulative) >>> 0).sort((a, b) => a - b);
    const blocks: [number, number][] = [];
    for (const offset of offsets) {
      const last = blocks.at(-1);
      if (last && last[1] + 1 === offset) last[1] = offset;
      else blocks.push([offset, offset]);
    }
    return blocks.slice(0, maxGapBlocks);
  }
}

/** B and E of a DATA chunk: first and last fragment of a message. */
export const fragmentFlag = { beginning: 0x02, end: 0x01 } as const;
/** TSN, stream, stream sequence number, payload protocol. */
export const dataHeaderBytes = 12;
export const receiveWindowBytes = 131_072;
const maxMessageBytes = 262_144;
const maxGap = 1024;
const maxGapBlocks = 64;
