import type { DtmfDigit } from '../../../machines/model/tone.ts';
import { highGroupHz, keypad, lowGroupHz } from '../dtmf.ts';
import { peakOfDbm0 } from '../graph/tones.ts';

/** The one rate it listens at. */
export const detectorRateHz = 8000;

const windowSamples = (detectorRateHz * 20) / 1000;
const hopSamples = windowSamples / 2;
const windowsToBegin = 3;
/** A lost packet of 20 ms spoils three windows; a pause of 40 ms, the shortest there is (Q.24), spoils five. */
const windowsToEnd = 4;
/** Within a press that is not one yet: what concealment makes of a lost packet. */
const mostHole = 2;
/** Mean square of a sine of −36 dBm0: anything quieter is no key. */
const leastPower = peakOfDbm0(-36) ** 2 / 2;
/** Of the window's energy, in the two frequencies: 12 dB of noise pass, vowels do not. */
const leastShare = 0.85;
/** High group over low group. */
const twistDb = { least: -8, most: 9 };
/** Voices have harmonics, keys do not: each second harmonic is at least 10 dB below its fundamental. */
const mostHarmonic = 10 ** (-10 / 10);

/**
 * Hears keys in a voice (ITU-T Q.24, by Goertzel's algorithm): windows of 20 ms each 10 ms; a key is three windows that
 * agree with hardly a hole between them, and ends when it is missing for so long that no lost packet explains it.
 */
export class KeyDetector {
  readonly #window = new Float64Array(windowSamples);
  #candidate: DtmfDigit | undefined;
  #agreeing = 0;
  #missing = 0;
  #held: DtmfDigit | undefined;
  /** The sound of this moment looks like a key, even if it is not one yet. */
  sounding = false;

  /** Takes the next 20 ms at 8 kHz. Returns the key that began. */
  hear(frame: Int16Array | Float32Array): DtmfDigit | undefined {
    let begun: DtmfDigit | undefined;
    this.sounding = false;
    for (let at = 0; at < windowSamples; at += hopSamples) {
      this.#window.copyWithin(0, hopSamples);
      for (let i = 0; i < hopSamples; i++) this.#window[hopSamples + i] = frame[at + i] as number;
      const digit = keyIn(this.#window);
      this.sounding ||= digit !== undefined;
      begun = this.#weigh(digit) ?? begun;
    }
    return begun;
  }

  #weigh(digit: DtmfDigit | undefined): DtmfDigit | undefined {
    if (digit === undefined) this.#missing++;
    else {
      if (digit !== this.#candidate || this.#missing > mostHole) this.#agreeing = 0;
      this.#candidate = digit;
      this.#agreeing++;
      this.#missing = 0;
    }
    if (this.#missing >= windowsToEnd || (digit !== undefined && digit !== this.#held)) this.#held = undefined;
    if (digit === undefined || this.#held === digit || this.#agreeing < windowsToBegin) return undefined;
    this.#held = digit;
    return digit;
  }
}

/** The key that one window holds. */
const keyIn = (window: Float64Array): DtmfDigit | undefined => {
  let energy = 0;
  for (const sample of window) energy += sample * sample;
  const power = energy / windowSamples;
  if (power < leastPower) return undefined;
  const row = strongest(window, lowGroupHz);
  const column = strongest(window, highGroupHz);
  if (row.power + column.power < leastShare * power) return undefined;
  const twist = 10 * Math.log10(column.power / row.power);
  if (!(twist >= twistDb.least && twist <= twistDb.most)) return undefined;
  if (powerAt(window, 2 * row.frequencyHz) > mostHarmonic * row.power) return undefined;
  if (powerAt(window, 2 * column.frequencyHz) > mostHarmonic * column.power) return undefined;
  return keypad[row.index]?.[column.index] as DtmfDigit | undefined;
};

const strongest = (window: Float64Array, group: readonly number[]) => {
  let best = { index: 0, frequencyHz: 0, power: -1 };
  group.forEach((frequencyHz, index) => {
    const power = powerAt(window, frequencyHz);
    if (power > best.power) best = { index, frequencyHz, power };
  });
  return best;
};

/** Mean square of the part at one frequency. */
const powerAt = (window: Float64Array, frequencyHz: number): number => {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / detectorRateHz);
  let [before, last] = [0, 0];
  for (const sample of window) {
    const next = sample + coefficient * last - before;
    before = last;
    last = next;
  }
  return (2 * (last * last + before * before - coefficient * last * before)) / windowSamples ** 2;
};
