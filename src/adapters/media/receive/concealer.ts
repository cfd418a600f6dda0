import { bestLag, longestLag, shortestLag } from './pitch.ts';

const historyMs = 40;
const fullMs = 15;
const halfMs = 20;
const muteMs = 60;
const returnFadeMs = 5;

/**
 * Continues a sound whose packet is missing, for codecs that cannot: the last pitch period again and again, halved after
 * 20 ms, gone after 60 ms; what comes back fades in over 5 ms.
 */
export class Concealer {
  readonly #history: Int16Array;
  readonly #rateHz: number;
  #lag = 0;
  #concealedSamples = 0;

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
    this.#history = new Int16Array((rateHz * historyMs) / 1000);
  }

  /** Good sound: kept to continue from, and faded in when it follows a gap. */
  heard(pcm: Int16Array, samples: number): void {
    if (this.#concealedSamples > 0) this.#fadeIn(pcm, samples);
    this.#concealedSamples = 0;
    const history = this.#history;
    const kept = Math.min(samples, history.length);
    history.copyWithin(0, kept);
    for (let i = 0; i < kept; i++) history[history.length - kept + i] = pcm[samples - kept + i] as number;
  }

  conceal(out: Int16Array, samples: number): void {
    if (this.#concealedSamples === 0) {
      const end = this.#history.length;
      const longest = longestLag(this.#rateHz);
      this.#lag = bestLag(this.#history, end, longest, this.#rateHz, shortestLag(this.#rateHz), longest);
    }
    for (let i = 0; i < samples; i++) out[i] = this.#continued();
  }

  #continued(): number {
    const at = this.#concealedSamples++;
    const sample = this.#history[this.#history.length - this.#lag + (at % this.#lag)] as number;
    return Math.round(sample * this.#gain((at * 1000) / this.#rateHz));
  }

  #gain(ms: number): number {
    if (ms < fullMs) return 1;
    if (ms < halfMs) return 1 - (0.5 * (ms - fullMs)) / (halfMs - fullMs);
    return Math.max(0, 0.5 * (1 - (ms - halfMs) / (muteMs - halfMs)));
  }

  #fadeIn(pcm: Int16Array, samples: number): void {
    const fade = Math.min(samples, (this.#rateHz * returnFadeMs) / 1000);
    for (let i = 0; i < fade; i++) {
      const continued = this.#continued();
      pcm[i] = Math.round(continued + ((pcm[i] as number) - continued) * ((i + 0.5) / fade));
    }
  }
}
