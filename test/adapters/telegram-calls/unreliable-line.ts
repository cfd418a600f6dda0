import type { CallClock } from '../../../src/adapters/telegram/calls/clock.ts';

/** What becomes of packets on the way. */
export interface Fate {
  /** Share, 0 … 1. */
  readonly loss: number;
  readonly duplication: number;
  /** Each copy takes a random time up to this, so that packets overtake each other. */
  readonly maxDelayMs: number;
}

/** One direction between two ends; the same seed gives the same fate. */
export class Line<Packet> {
  readonly #clock: CallClock;
  readonly #fate: Fate;
  readonly #deliver: (packet: Packet) => void;
  #state: number;

  constructor(clock: CallClock, fate: Fate, seed: number, deliver: (packet: Packet) => void) {
    this.#clock = clock;
    this.#fate = fate;
    this.#state = seed;
    this.#deliver = deliver;
  }

  send(packet: Packet): void {
    if (this.#random() < this.#fate.loss) return;
    const copies = this.#random() < this.#fate.duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = Math.floor(this.#random() * this.#fate.maxDelayMs);
      this.#clock.after(delayMs, () => this.#deliver(packet));
    }
  }

  carries(end: { send: (packet: Packet) => void }): void {
    end.send = (packet) => this.send(packet);
  }

  /** Mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
