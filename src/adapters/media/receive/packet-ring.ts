import type { RtpFields } from '../rtp.ts';

/** What a packet means to the player: sound, a key press that takes the sound's place, or a noise level (RFC 3389). */
export type PacketKind = 'audio' | 'event' | 'noise';

export interface RingSlot {
  filled: boolean;
  kind: PacketKind;
  /** Extended beyond 16 bits: it only grows. */
  sequence: number;
  /** Extended beyond 32 bits, in ticks of the RTP clock. */
  timestamp: number;
  payload: Buffer;
  length: number;
  arrivalMs: number;
}

export type Insertion = 'stored' | 'restarted' | 'late' | 'duplicate' | 'absurd';

const capacity = 128;
/** RFC 3550 A.1, MAX_DROPOUT: a jump beyond this is another stream, if it goes on. */
const absurdJump = 3000;
const jumpsToRestart = 5;
const commonPayloadBytes = 256;

/** The packets of one stream waiting for their turn, by extended sequence number. */
export class PacketRing {
  readonly #slots: RingSlot[] = Array.from({ length: capacity }, () => ({
    filled: false,
    kind: 'audio',
    sequence: 0,
    timestamp: 0,
    payload: Buffer.alloc(0),
    length: 0,
    arrivalMs: 0,
  }));
  #highestSequence = -1;
  #highestTimestamp = 0;
  #absurdSequence = -1;
  #absurdRun = 0;
  /** The sequence number whose turn is next; undefined until the first packet is played. */
  next: number | undefined;

  get highestTimestamp(): number {
    return this.#highestTimestamp;
  }

  get highestSequence(): number {
    return this.#highestSequence;
  }

  /** Copies the payload. `restarted`: the stream jumped for good, everything before is forgotten and this packet is first. */
  insert(fields: RtpFields, packet: Buffer, kind: PacketKind, nowMs: number): Insertion {
    let outcome: Insertion = 'stored';
    if (this.#highestSequence < 0) {
      this.#begin(fields);
    } else {
      const jump = ((fields.sequence - this.#highestSequence) << 16) >> 16;
      if (Math.abs(jump) > absurdJump) {
        if (!this.#restarts(fields.sequence)) return 'absurd';
        this.clear();
        this.#begin(fields);
        outcome = 'restarted';
      }
    }
    this.#absurdRun = 0;
    const sequence = this.#highestSequence + (((fields.sequence - this.#highestSequence) << 16) >> 16);
    const timestamp = this.#highestTimestamp + ((fields.timestamp - this.#highestTimestamp) | 0);
    if ((this.next !== undefined && sequence < this.next) || sequence <= this.#highestSequence - capacity)
      return 'late';
    const slot = this.#slots[sequence % capacity] as RingSlot;
    if (slot.filled && slot.sequence === sequence) return 'duplicate';
    if (sequence > this.#highestSequence) {
      this.#highestSequence = sequence;
      this.#highestTimestamp = timestamp;
    }
    this.#fill(slot, fields, packet, kind);
    slot.sequence = sequence;
    slot.timestamp = timestamp;
    slot.arrivalMs = nowMs;
    return outcome;
  }

  /** The earliest waiting packet, not before `next`. */
  first(): RingSlot | undefined {
    const from = Math.max(this.next ?? 0, this.#highestSequence - capacity + 1);
    for (let sequence = from; sequence <= this.#highestSequence; sequence++) {
      const slot = this.#slots[sequence % capacity] as RingSlot;
      if (slot.filled && slot.sequence === sequence) return slot;
    }
    return undefined;
  }

  /** Forgets a packet that was played and everything before it. */
  passed(slot: RingSlot): void {
    slot.filled = false;
    this.next = slot.sequence + 1;
  }

  /** The last packets that were played, oldest first, as long as nothing took their places. */
  played(most: number): RingSlot[] {
    const next = this.next ?? 0;
    return Array.from({ length: most }, (_, i) => next - most + i)
      .map((sequence) => ({ sequence, slot: this.#slots[Math.max(0, sequence) % capacity] as RingSlot }))
      .filter(({ sequence, slot }) => slot.sequence === sequence && slot.kind === 'audio' && slot.length > 0)
      .map(({ slot }) => slot);
  }

  clear(): void {
    for (const slot of this.#slots) slot.filled = false;
    this.#highestSequence = -1;
    this.next = undefined;
  }

  #begin(fields: RtpFields): void {
    // One cycle up, so that packets overtaken by the first one keep positive numbers.
    this.#highestSequence = 0x10000 + fields.sequence;
    this.#highestTimestamp = 0x1_0000_0000 + fields.timestamp;
  }

  #restarts(sequence: number): boolean {
    this.#absurdRun = sequence === this.#absurdSequence ? this.#absurdRun + 1 : 1;
    this.#absurdSequence = (sequence + 1) & 0xffff;
    return this.#absurdRun >= jumpsToRestart;
  }

  #fill(slot: RingSlot, fields: RtpFields, packet: Buffer, kind: PacketKind): void {
    const length = fields.payloadEnd - fields.payloadStart;
    if (slot.payload.length < length) slot.payload = Buffer.alloc(Math.max(commonPayloadBytes, length));
    packet.copy(slot.payload, 0, fields.payloadStart, fields.payloadEnd);
    slot.length = length;
    slot.kind = kind;
    slot.filled = true;
  }
}
