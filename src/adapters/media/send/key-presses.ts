import type { DtmfDigit } from '../../../machines/model/tone.ts';

const tickMs = 20;
const pressMs = 100;
/** 70 ms, rounded up to whole ticks: receivers want no less. */
const pauseMs = 80;
const most = 64;

/** Beside the sound (RFC 4733), or in its place. */
export type KeyMethod = 'rfc2833' | 'inband';

/** A key held down during the tick at hand. */
export interface PressedKey {
  readonly digit: DtmfDigit;
  readonly method: KeyMethod;
  readonly elapsedMs: number;
  readonly first: boolean;
  readonly last: boolean;
}

/** Keys waiting to be pressed, one after the other. */
export class KeyPresses {
  static readonly pressMs = pressMs;
  readonly #waiting: { readonly digit: DtmfDigit; readonly method: KeyMethod }[] = [];
  #current: { readonly digit: DtmfDigit; readonly method: KeyMethod } | undefined;
  /** Since the current press began. */
  #elapsedMs = 0;

  /** No key is down, none waits, and the pause after the last one is over. */
  get idle(): boolean {
    return this.#current === undefined && this.#waiting.length === 0;
  }

  /** False when 64 wait already. */
  enqueue(digit: DtmfDigit, method: KeyMethod): boolean {
    if (this.#waiting.length >= most) return false;
    this.#waiting.push({ digit, method });
    return true;
  }

  /** To be asked once each tick. */
  tick(): PressedKey | undefined {
    if (this.#current === undefined || this.#elapsedMs >= pressMs + pauseMs) {
      this.#current = this.#waiting.shift();
      this.#elapsedMs = 0;
      if (this.#current === undefined) return undefined;
    }
    this.#elapsedMs += tickMs;
    if (this.#elapsedMs > pressMs) return undefined;
    return {
      ...this.#current,
      elapsedMs: this.#elapsedMs,
      first: this.#elapsedMs === tickMs,
      last: this.#elapsedMs === pressMs,
    };
  }
}
