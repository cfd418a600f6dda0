import { bestLag, longestLag, shortestLag } from './pitch.ts';

const capacityMs = 320;
const historyMs = 30;

/**
 * Decoded sound waiting to be played, with the sound just played behind it; can be made shorter or longer by one pitch
 * period at its head.
 */
export class PcmQueue {
  readonly rateHz: number;
  readonly #pcm: Int16Array;
  readonly #history: number;
  #head: number;
  #tail: number;

  constructor(rateHz: number) {
    this.rateHz = rateHz;
    this.#history = (rateHz * historyMs) / 1000;
    this.#pcm = new Int16Array((rateHz * (capacityMs + historyMs)) / 1000);
    this.#head = this.#history;
    this.#tail = this.#history;
  }

  get samples(): number {
    return this.#tail - this.#head;
  }

  get ms(): number {
    return (this.samples * 1000) / this.rateHz;
  }

  /** Takes at most what there is room for. */
  append(pcm: Int16Array, samples: number): void {
    this.#compact(samples);
    const room = Math.min(samples, this.#pcm.length - this.#tail);
    this.#pcm.set(room === pcm.length ? pcm : pcm.subarray(0, room), this.#tail);
    this.#tail += room;
  }

  take(out: Int16Array, samples: number): void {
    const available = Math.min(samples, this.samples);
    for (let i = 0; i < available; i++) out[i] = this.#pcm[this.#head + i] as number;
    out.fill(0, available, samples);
    this.#head += available;
  }

  /** Writes the end of `pcm` over all that waits. */
  replace(pcm: Int16Array, samples: number): void {
    this.#pcm.set(pcm.subarray(samples - this.samples, samples), this.#head);
  }

  clear(): void {
    this.#head = this.#tail;
  }

  /** Samples that must be waiting before `accelerate` can work. */
  get neededToAccelerate(): number {
    return longestLag(this.rateHz) * 2;
  }

  get neededToStretch(): number {
    return longestLag(this.rateHz);
  }

  /** Removes one pitch period, at most `most` samples, by overlap-add. Returns the samples removed. */
  accelerate(most: number): number {
    const longest = Math.min(longestLag(this.rateHz), most);
    if (longest < shortestLag(this.rateHz) || this.samples < longest * 2) return 0;
    const lag = this.#lag(this.#head + longest * 2, longest, longest);
    const pcm = this.#pcm;
    // Fades from the first period into the second, so that what was played joins on and what comes next does too.
    for (let i = lag - 1; i >= 0; i--) {
      const weight = (i + 0.5) / lag;
      const early = pcm[this.#head + i] as number;
      const late = pcm[this.#head + lag + i] as number;
      pcm[this.#head + lag + i] = Math.round(early + (late - early) * weight);
    }
    // The history moves along: it is what pitch and concealment look back at.
    pcm.copyWithin(this.#head + lag - this.#history, this.#head - this.#history, this.#head);
    this.#head += lag;
    return lag;
  }

  /** Repeats one pitch period, at most `most` samples. Returns the samples added. */
  stretch(most: number): number {
    const longest = Math.min(longestLag(this.rateHz), most);
    if (longest < shortestLag(this.rateHz) || this.samples < longest) return 0;
    const lag = this.#lag(this.#head + longest, longest, longest);
    this.#compact(lag);
    const pcm = this.#pcm;
    pcm.copyWithin(this.#head + lag, this.#head, this.#tail);
    this.#tail += lag;
    for (let i = 0; i < lag; i++) {
      const weight = (i + 0.5) / lag;
      const forward = pcm[this.#head + lag + i] as number;
      const repeated = pcm[this.#head - lag + i] as number;
      pcm[this.#head + i] = Math.round(forward + (repeated - forward) * weight);
    }
    return lag;
  }

  #lag(end: number, window: number, longest: number): number {
    return bestLag(this.#pcm, end, window, this.rateHz, shortestLag(this.rateHz), longest);
  }

  /** Makes room behind the tail by moving everything to the front; the history stays before the head. */
  #compact(samples: number): void {
    if (this.#tail + samples <= this.#pcm.length) return;
    const from = this.#head - this.#history;
    this.#pcm.copyWithin(0, from, this.#tail);
    this.#tail -= from;
    this.#head = this.#history;
  }
}
