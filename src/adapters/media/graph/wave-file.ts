import { readFile, stat } from 'node:fs/promises';

const mostBytes = 64 * 1024 * 1024;
const lowestRateHz = 8000;
const highestRateHz = 48_000;
const tapsEachSide = 16;

/**
 * Reads a WAV file (RIFF, 16-bit PCM, mono or stereo, 8 to 48 kHz) as mono at `rateHz`.
 * @throws Error saying what is wrong with the file
 */
export const readWave = async (path: string, rateHz: number): Promise<Int16Array> => {
  const { size } = await stat(path);
  if (size > mostBytes) throw new Error(`${path} is larger than ${mostBytes >> 20} MB`);
  const { pcm, rateHz: fileRateHz } = parse(await readFile(path), path);
  return fileRateHz === rateHz ? pcm : resampled(pcm, fileRateHz, rateHz);
};

const parse = (file: Buffer, path: string): { pcm: Int16Array; rateHz: number } => {
  const refuse = (why: string) => new Error(`${path} cannot be played: ${why}`);
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw refuse('not a WAV file');
  }
  let format: { channels: number; rateHz: number } | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ' && body + 16 <= file.length) {
      format = { channels: file.readUInt16LE(body + 2), rateHz: file.readUInt32LE(body + 4) };
      const bits = file.readUInt16LE(body + 14);
      if (bits !== 16) throw refuse(`${bits} bits per sample instead of 16`);
      if (format.channels < 1 || format.channels > 2) throw refuse(`${format.channels} channels`);
      if (format.rateHz < lowestRateHz || format.rateHz > highestRateHz) throw refuse(`${format.rateHz} Hz`);
    } else if (name === 'data') {
      if (format === undefined) throw refuse('no format before the data');
      const pcm = mono(file.subarray(body, Math.min(file.length, body + size)), format.channels);
      if (pcm.length === 0) throw refuse('it is empty');
      return { pcm, rateHz: format.rateHz };
    }
    at = body + size + (size % 2);
  }
  throw refuse('no data');
};

const mono = (data: Buffer, channels: number): Int16Array => {
  const bytes = 2 * channels;
  return Int16Array.from({ length: Math.floor(data.length / bytes) }, (_, i) => {
    const first = data.readInt16LE(i * bytes);
    return channels === 1 ? first : (first + data.readInt16LE(i * bytes + 2)) >> 1;
  });
};

/** Any ratio, at leisure: a Hann-windowed sinc evaluated anew for each sample. */
const resampled = (pcm: Int16Array, fromHz: number, toHz: number): Int16Array => {
  const step = fromHz / toHz;
  const widening = Math.max(1, step);
  const reach = tapsEachSide * widening;
  return Int16Array.from({ length: Math.floor(pcm.length / step) }, (_, i) => {
    const centre = i * step;
    let [sum, weights] = [0, 0];
    for (let tap = Math.ceil(centre - reach); tap <= centre + reach; tap++) {
      const x = (tap - centre) / widening;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / tapsEachSide);
      const weight = window * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
      weights += weight;
      sum += weight * (pcm[tap] ?? 0);
    }
    return Math.round(Math.max(-32768, Math.min(32767, sum / weights)));
  });
};
