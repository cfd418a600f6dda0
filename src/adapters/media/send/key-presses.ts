import type { DtmfDigit } from '../../../machines/model/tone.ts';

const tickMs = 20;
const pressMs = 100;
/** 70 ms, rounded up to whole ticks: receivers want no less. */
const pauseMs = 80;
const most = 64;

/** A key held down during the tick at hand. */
export interface PressedKey {
  readonly digit: DtmfDigit;
  readonly elapsedMs: number;
  readonly first: boolean;
  readonly last: boolean;
}

/** Keys waiting to be pressed, one after the other. */
export class KeyPresses {
  static readonly pressMs = pressMs;
  readonly #waiting: DtmfDigit[] = [];
  #digit: DtmfDigit | undefined;
  /** Since the current press began. */
  #elapsedMs = 0;

  /** False when 64 wait already. */
  enqueue(digit: DtmfDigit): boolean {
    if (this.#waiting.length >= most) return false;
    this.#waiting.push(digit);
    return true;
  }

  /** To be asked once each tick. */
  tick(): PressedKey | undefined {
    if (this.#digit === undefined || this.#elapsedMs >= pressMs + pauseMs) {
      this.#digit = this.#waiting.shift();
      this.#elapsedMs = 0;
      if (this.#digit === undefined) return undefined;
    }
    this.#elapsedMs += tickMs;
    if (this.#elapsedMs > pressMs) return undefined;
    return {
      digit: this.#digit,
      elapsedMs: this.#elapsedMs,
      first: this.#elapsedMs === tickMs,
      last: this.#elapsedMs === pressMs,
    };
  }
}
