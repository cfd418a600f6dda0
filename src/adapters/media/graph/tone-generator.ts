import { sineTable } from './sine.ts';
import { peakOfDbm0, type ToneSpec } from './tones.ts';

const rampMs = 5;

interface Burst {
  readonly tables: readonly Float32Array[];
  readonly start: number;
  readonly end: number;
}

/** Plays one tone, counting its cadence in samples. */
export class ToneGenerator {
  readonly spec: ToneSpec;
  readonly #bursts: readonly Burst[];
  readonly #period: number;
  readonly #ramp: number;
  readonly #peak: number;
  readonly #rateHz: number;
  /** Negative during the delay before the first burst. */
  #at: number;
  /** Running through the silences, so that the phase is continuous. */
  #phase = 0;
  #fadeOut: number | undefined;

  constructor(spec: ToneSpec, rateHz: number) {
    this.spec = spec;
    this.#rateHz = rateHz;
    this.#ramp = this.#samples(rampMs);
    this.#peak = peakOfDbm0(spec.levelDbm0);
    let start = 0;
    this.#bursts = spec.bursts.map(({ frequenciesHz, onMs, offMs }) => {
      const burst = {
        tables: frequenciesHz.map((frequencyHz) => sineTable(frequencyHz, rateHz).samples),
        start,
        end: start + this.#samples(onMs),
      };
      start = burst.end + this.#samples(offMs);
      return burst;
    });
    this.#period = start;
    this.#at = -this.#samples(spec.delayMs ?? 0);
  }

  get finished(): boolean {
    return (!this.spec.repeats && this.#at >= this.#period) || this.#fadeOut === 0;
  }

  /** Ends within 5 ms. */
  stop(): void {
    this.#fadeOut ??= this.#ramp;
  }

  /** Goes on at another rate, at the same place of its cadence. */
  atRate(rateHz: number): ToneGenerator {
    return rateHz === this.#rateHz ? this : this.copy(rateHz);
  }

  /** A second one, at the same place of the cadence. */
  copy(rateHz: number): ToneGenerator {
    const generator = new ToneGenerator(this.spec, rateHz);
    generator.#at = Math.round((this.#at * rateHz) / this.#rateHz);
    if (this.#fadeOut !== undefined) generator.#fadeOut = 0;
    return generator;
  }

  /** Adds to the sum; true when something sounded. */
  addTo(sum: Float32Array, samples: number): boolean {
    let sounded = false;
    for (let i = 0; i < samples && !this.finished; i++) {
      const at = this.#next();
      const burst = this.#burstAt(at);
      const fade = this.#fadeOut === undefined ? 1 : this.#fadeOut-- / this.#ramp;
      if (burst === undefined) {
        if (this.#fadeOut !== undefined) this.#fadeOut = 0;
        continue;
      }
      sounded = true;
      const edge = Math.min(1, (at - burst.start + 1) / this.#ramp, (burst.end - at) / this.#ramp);
      let value = 0;
      for (const table of burst.tables) value += table[this.#phase % table.length] as number;
      (sum[i] as number) += value * this.#peak * edge * fade;
    }
    return sounded;
  }

  #burstAt(at: number): Burst | undefined {
    for (const burst of this.#bursts) if (at >= burst.start && at < burst.end) return burst;
    return undefined;
  }

  #next(): number {
    const at = this.#at++;
    this.#phase++;
    if (this.spec.repeats && this.#at >= this.#period) this.#at = 0;
    return at;
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#rateHz) / 1000);
  }
}
