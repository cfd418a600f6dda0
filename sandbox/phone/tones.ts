/** Full scale of 16-bit samples: a sine that reaches it is 0 dBFS. */
const fullScale = 32_767;

export interface HeardTone {
  readonly frequencyHz: number;
  /** Level of that tone alone; a full-scale sine is 0. */
  readonly levelDbfs: number;
}

/** A stretch in which a tone was there (`on`) or not. */
export interface CadenceStep {
  readonly on: boolean;
  readonly lengthMs: number;
}

/** One frequency's level, and its share of all the power in the samples (Goertzel). */
export const measureTone = (
  samples: Int16Array,
  sampleRateHz: number,
  frequencyHz: number,
): { levelDbfs: number; share: number } => {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let [previous, beforePrevious, energy] = [0, 0, 0];
  for (const sample of samples) {
    const next = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = next;
    energy += sample * sample;
  }
  const squared = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  const amplitude = (2 * Math.sqrt(Math.max(0, squared))) / samples.length;
  const share = energy === 0 ? 0 : (amplitude ** 2 / 2) * (samples.length / energy);
  return { levelDbfs: decibels(amplitude / fullScale), share };
};

/** The strongest frequency in some 50 ms of sound, to about 2 Hz; nothing when it is quiet. */
export const loudestTone = (samples: Int16Array, sampleRateHz: number): HeardTone | undefined => {
  if (levelOf(samples) < quietDbfs) return undefined;
  const real = new Float64Array(transformSize);
  const imaginary = new Float64Array(transformSize);
  const length = Math.min(samples.length, transformSize);
  for (let i = 0; i < length; i++) {
    real[i] = samples[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (length - 1)));
  }
  transform(real, imaginary);
  const magnitude = (bin: number): number => Math.hypot(real[bin]!, imaginary[bin]!);
  let peak = 1;
  for (let bin = 2; bin < transformSize / 2 - 1; bin++) if (magnitude(bin) > magnitude(peak)) peak = bin;
  const [left, centre, right] = [peak - 1, peak, peak + 1].map((bin) => Math.log(magnitude(bin) + 1e-9)) as [
    number,
    number,
    number,
  ];
  const offset = (left - right) / (2 * (left - 2 * centre + right) || 1);
  const frequencyHz = ((peak + offset) * sampleRateHz) / transformSize;
  return { frequencyHz, levelDbfs: measureTone(samples, sampleRateHz, frequencyHz).levelDbfs };
};

/** Whether the samples hold this tone and not merely something near it. */
export const holdsTone = (samples: Int16Array, sampleRateHz: number, frequencyHz: number): boolean => {
  const { levelDbfs, share } = measureTone(samples, sampleRateHz, frequencyHz);
  // Of a dual tone each part has half the power.
  return levelDbfs > quietDbfs && share > 0.3;
};

/** The power of all sound together, as the level of a sine of equal power. */
export const levelOf = (samples: Int16Array): number => {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return decibels(Math.sqrt((2 * energy) / Math.max(1, samples.length)) / fullScale);
};

/** When a tone was on and off, in steps of 20 ms; the first and last stretch are cut by the ends of the recording. */
export const cadenceOf = (samples: Int16Array, sampleRateHz: number, frequencyHz: number): CadenceStep[] => {
  const window = sampleRateHz / 50;
  const steps: { on: boolean; lengthMs: number }[] = [];
  for (let at = 0; at + window <= samples.length; at += window) {
    const on = holdsTone(samples.subarray(at, at + window), sampleRateHz, frequencyHz);
    const last = steps.at(-1);
    if (last?.on === on) last.lengthMs += 20;
    else steps.push({ on, lengthMs: 20 });
  }
  return steps;
};

export const amplitudeOf = (levelDbfs: number): number => fullScale * 10 ** (levelDbfs / 20);

/** Softer than this is silence: Opus leaves a little noise. */
export const quietDbfs = -50;

const decibels = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-6));

const transformSize = 4_096;

/** Fast Fourier transform in place, radix 2. */
const transform = (real: Float64Array, imaginary: Float64Array): void => {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  for (let span = 2; span <= size; span *= 2) {
    for (let k = 0; k < span / 2; k++) {
      const cosine = Math.cos((-2 * Math.PI * k) / span);
      const sine = Math.sin((-2 * Math.PI * k) / span);
      for (let low = k; low < size; low += span) {
        const high = low + span / 2;
        const turnedReal = real[high]! * cosine - imaginary[high]! * sine;
        const turnedImaginary = real[high]! * sine + imaginary[high]! * cosine;
        real[high] = real[low]! - turnedReal;
        imaginary[high] = imaginary[low]! - turnedImaginary;
        real[low] = real[low]! + turnedReal;
        imaginary[low] = imaginary[low]! + turnedImaginary;
      }
    }
  }
};
