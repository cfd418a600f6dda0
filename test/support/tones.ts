import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Measures sound in tests. PCM is mono Int16; levels are dBFS relative to the loudest sine, so that a sine of full
 * amplitude is 0 dBFS.
 */

export const sine = (rateHz: number, frequencyHz: number, ms: number, dbfs: number): Int16Array => {
  const peak = 32767 * 10 ** (dbfs / 20);
  return Int16Array.from({ length: Math.round((rateHz * ms) / 1000) }, (_, i) =>
    Math.round(peak * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz)),
  );
};

/** −200 for digital silence. */
export const levelDbfs = (pcm: Int16Array): number => {
  let energy = 0;
  for (const sample of pcm) energy += sample * sample;
  const rms = Math.sqrt(energy / Math.max(1, pcm.length));
  return rms === 0 ? -200 : 20 * Math.log10((rms * Math.SQRT2) / 32767);
};

/** Level of one frequency, by Goertzel under a Hann window: other frequencies a few 1/length away do not count. */
export const levelAtDbfs = (pcm: Int16Array, rateHz: number, frequencyHz: number): number => {
  const omega = (2 * Math.PI * frequencyHz) / rateHz;
  const coefficient = 2 * Math.cos(omega);
  let [before, last, weights] = [0, 0, 0];
  pcm.forEach((sample, i) => {
    const weight = hann(i, pcm.length);
    weights += weight;
    const next = sample * weight + coefficient * last - before;
    before = last;
    last = next;
  });
  const amplitude = (2 * Math.sqrt(Math.max(0, last * last + before * before - coefficient * last * before))) / weights;
  return amplitude === 0 ? -200 : 20 * Math.log10(amplitude / 32767);
};

/** The strongest frequency; good to a hundredth of a per cent for one steady tone of 100 ms or more. */
export const dominantFrequencyHz = (pcm: Int16Array, rateHz: number): number => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, pcm.length * 4)));
  const magnitudes = spectrum(pcm, size);
  let best = 1;
  for (let bin = 1; bin < size / 2; bin++) if ((magnitudes[bin] ?? 0) > (magnitudes[best] ?? 0)) best = bin;
  // The logarithm of a Hann peak is close to a parabola.
  const [left, middle, right] = [best - 1, best, best + 1].map((bin) => Math.log((magnitudes[bin] ?? 0) + 1e-9));
  const [a, b, c] = [left ?? 0, middle ?? 0, right ?? 0];
  const bend = a - 2 * b + c;
  return ((best + (bend === 0 ? 0 : (0.5 * (a - c)) / bend)) * rateHz) / size;
};

/** Sine of `frequencyHz` against everything else, by least squares. */
export const signalToNoiseDb = (pcm: Int16Array, rateHz: number, frequencyHz: number): number => {
  const omega = (2 * Math.PI * frequencyHz) / rateHz;
  let [sines, cosines, mean] = [0, 0, 0];
  pcm.forEach((sample, i) => {
    sines += sample * Math.sin(omega * i);
    cosines += sample * Math.cos(omega * i);
    mean += sample;
  });
  const [a, b, offset] = [(2 * sines) / pcm.length, (2 * cosines) / pcm.length, mean / pcm.length];
  let [signal, noise] = [0, 0];
  pcm.forEach((sample, i) => {
    const fitted = a * Math.sin(omega * i) + b * Math.cos(omega * i);
    signal += fitted * fitted;
    noise += (sample - offset - fitted) ** 2;
  });
  return 10 * Math.log10(signal / Math.max(1e-9, noise));
};

export interface Burst {
  readonly startMs: number;
  readonly endMs: number;
}

/** Where sound is, to 1 ms: stretches above the threshold; silences shorter than 15 ms do not count. */
export const burstsOf = (pcm: Int16Array, rateHz: number, thresholdDbfs = -40): Burst[] => {
  const step = rateHz / 1000;
  const bursts: { startMs: number; endMs: number }[] = [];
  for (let ms = 0; (ms + 1) * step <= pcm.length; ms++) {
    // 4 ms hold a period of the lowest tone in use.
    const window = pcm.subarray(Math.max(0, (ms - 1) * step), Math.min(pcm.length, (ms + 3) * step));
    if (levelDbfs(window) < thresholdDbfs) continue;
    const last = bursts.at(-1);
    if (last !== undefined && ms - last.endMs < 15) last.endMs = ms + 1;
    else bursts.push({ startMs: ms, endMs: ms + 1 });
  }
  return bursts;
};

export const joined = (frames: readonly Int16Array[]): Int16Array => {
  const all = new Int16Array(frames.reduce((length, frame) => length + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
};

/** RIFF WAVE, 16 bit PCM; one array per channel, all of the same length. */
export const writeWav = (path: string, channels: readonly Int16Array[], rateHz: number): void => {
  const length = channels[0]?.length ?? 0;
  const bytes = length * channels.length * 2;
  const file = Buffer.alloc(44 + bytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + bytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(rateHz, 24);
  file.writeUInt32LE(rateHz * channels.length * 2, 28);
  file.writeUInt16LE(channels.length * 2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(bytes, 40);
  for (let i = 0; i < length; i++) {
    channels.forEach((pcm, channel) => file.writeInt16LE(pcm[i] ?? 0, 44 + (i * channels.length + channel) * 2));
  }
  writeFileSync(path, file);
};

/** @throws Error when it is not 16 bit PCM */
export const readWav = (path: string): { rateHz: number; channels: Int16Array[] } => {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') throw new Error('no WAVE');
  let [count, rateHz, bits] = [0, 0, 0];
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      count = file.readUInt16LE(body + 2);
      rateHz = file.readUInt32LE(body + 4);
      bits = file.readUInt16LE(body + 14);
    } else if (name === 'data') {
      if (bits !== 16 || count === 0) throw new Error(`WAVE of ${bits} bits, ${count} channels`);
      // A writer that was killed leaves a size of zero or too much.
      const end = size === 0 ? file.length : Math.min(file.length, body + size);
      const length = Math.floor((end - body) / (2 * count));
      const channels = Array.from({ length: count }, (_unused, channel) =>
        Int16Array.from({ length }, (_, i) => file.readInt16LE(body + (i * count + channel) * 2)),
      );
      return { rateHz, channels };
    }
    at = body + size + (size % 2);
  }
  throw new Error('WAVE without data');
};

const hann = (i: number, length: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length);

/** Magnitudes of a Hann-windowed FFT, padded to `size`, a power of two. */
const spectrum = (pcm: Int16Array, size: number): Float64Array => {
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  pcm.forEach((sample, i) => {
    re[i] = sample * hann(i, pcm.length);
  });
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j]] = [re[j] as number, re[i] as number];
  }
  for (let length = 2; length <= size; length *= 2) butterflies(re, im, size, length);
  return re.map((value, i) => Math.hypot(value, im[i] as number));
};

const butterflies = (re: Float64Array, im: Float64Array, size: number, length: number): void => {
  const half = length / 2;
  for (let k = 0; k < half; k++) {
    const angle = (-2 * Math.PI * k) / length;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (let at = k; at < size; at += length) {
      const [evenRe, evenIm] = [re[at] as number, im[at] as number];
      const [oddRe, oddIm] = [re[at + half] as number, im[at + half] as number];
      const [turnedRe, turnedIm] = [oddRe * c - oddIm * s, oddRe * s + oddIm * c];
      re[at] = evenRe + turnedRe;
      im[at] = evenIm + turnedIm;
      re[at + half] = evenRe - turnedRe;
      im[at + half] = evenIm - turnedIm;
    }
  }
};
