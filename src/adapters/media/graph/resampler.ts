const tapsPerPhase = 32;
/** Of the lower rate: the alias of what is above stays 60 dB down. */
const cutOff = 0.46;

/**
 * Changes the rate of a stream of 20 ms frames by a polyphase low-pass filter. Between 8, 16 and 48 kHz every ratio is a
 * whole number or its inverse. Delay: 16 samples of the lower rate.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #phases: readonly Float32Array[];
  readonly #taps: number;
  readonly #input: Float32Array;

  constructor(fromHz: number, toHz: number) {
    this.#up = Math.max(1, Math.round(toHz / fromHz));
    this.#down = Math.max(1, Math.round(fromHz / toHz));
    this.#taps = tapsPerPhase * this.#down;
    this.#phases = lowPass(this.#taps * this.#up, cutOff / Math.max(this.#up, this.#down), this.#up);
    this.#input = new Float32Array(this.#taps + fromHz / 50);
  }

  /** One frame in, one frame out; both 20 ms at their rates. */
  resample(frame: Int16Array, out: Float32Array): void {
    const input = this.#input;
    const taps = this.#taps;
    const fresh = input.length - taps;
    input.copyWithin(0, fresh);
    for (let i = 0; i < fresh; i++) input[taps + i] = frame[i] as number;
    const outSamples = (fresh * this.#up) / this.#down;
    for (let i = 0; i < outSamples; i++) {
      const newest = taps + Math.floor((i * this.#down) / this.#up);
      const phase = this.#phases[i % this.#up] as Float32Array;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += (phase[tap] as number) * (input[newest - tap] as number);
      out[i] = sum;
    }
  }
}

/** A windowed sinc of unit gain for each phase; `cutOffOfRate` relative to the filter's own rate. */
const lowPass = (length: number, cutOffOfRate: number, phases: number): Float32Array[] => {
  const centre = (length - 1) / 2;
  const taps = Float64Array.from({ length }, (_, i) => {
    const x = i - centre;
    const sinc = x === 0 ? 2 * cutOffOfRate : Math.sin(2 * Math.PI * cutOffOfRate * x) / (Math.PI * x);
    const angle = (2 * Math.PI * i) / (length - 1);
    return sinc * (0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle));
  });
  return Array.from({ length: phases }, (_, phase) => {
    const own = taps.filter((_tap, i) => i % phases === phase);
    const gain = own.reduce((sum, tap) => sum + tap, 0);
    return Float32Array.from(own, (tap) => tap / gain);
  });
};
