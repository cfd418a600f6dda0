import type { Speaker } from './outlet.ts';

/** Of all hold music: more is not heard through a telephone. */
export const musicRateHz = 16_000;
const frameSamples = musicRateHz / 50;

/** Hold music: one station for all who wait, as in any exchange. `pcm` is mono at 16 kHz and begins anew when it ends. */
export class MusicPlayer implements Speaker {
  readonly rateHz = musicRateHz;
  readonly frame = new Int16Array(960);
  readonly #pcm: Int16Array;
  #at = 0;

  constructor(pcm: Int16Array) {
    this.#pcm = pcm;
  }

  /** Makes the next 20 ms. */
  pull(): void {
    for (let i = 0; i < frameSamples; i++) {
      this.frame[i] = this.#pcm[this.#at] ?? 0;
      this.#at = this.#at + 1 >= this.#pcm.length ? 0 : this.#at + 1;
    }
  }
}

/** Mean level in dB relative to the loudest sine: a quiet voice. */
const levelDbfs = -24;
const barMs = 3200;
const notesPerBar = 8;
/** Slowly broken chords, as MIDI notes from the bass up; all within what a telephone carries. */
const bars = [
  [60, 64, 67, 71, 76, 71, 67, 64],
  [57, 64, 67, 72, 76, 72, 67, 64],
  [53, 60, 65, 69, 76, 69, 65, 60],
  [55, 62, 67, 71, 74, 71, 67, 62],
  [52, 59, 64, 67, 74, 67, 64, 59],
  [57, 60, 64, 67, 72, 67, 64, 60],
  [50, 57, 65, 69, 72, 69, 65, 57],
  [55, 62, 65, 71, 74, 71, 69, 67],
] as const;
/** Of a plucked bar: the higher, the shorter. */
const harmonics = [
  { multiple: 1, amplitude: 1, decayMs: 900 },
  { multiple: 2, amplitude: 0.35, decayMs: 500 },
  { multiple: 4, amplitude: 0.12, decayMs: 180 },
] as const;
const attackMs = 8;
const noteMs = 2400;

/** A loop of about 26 s that belongs to nobody, composed by arithmetic. */
export const composeMusic = (): Int16Array => {
  const length = (bars.length * barMs * musicRateHz) / 1000;
  const sum = new Float32Array(length);
  bars.forEach((notes, bar) => {
    notes.forEach((note, index) => {
      const startMs = (bar + index / notesPerBar) * barMs;
      pluck(sum, (startMs * musicRateHz) / 1000, note, index === 0 ? 1 : 0.7);
    });
  });
  return levelled(sum);
};

/** A note that rings beyond the end of the loop is heard at its beginning. */
const pluck = (sum: Float32Array, start: number, note: number, strength: number): void => {
  const frequencyHz = 440 * 2 ** ((note - 69) / 12);
  const samples = (noteMs * musicRateHz) / 1000;
  const attack = (attackMs * musicRateHz) / 1000;
  for (const { multiple, amplitude, decayMs } of harmonics) {
    const step = (2 * Math.PI * frequencyHz * multiple) / musicRateHz;
    const decay = Math.exp(-1000 / (decayMs * musicRateHz));
    let envelope = strength * amplitude;
    for (let i = 0; i < samples; i++) {
      const edge = Math.min(1, i / attack, (samples - i) / attack);
      const at = Math.round(start + i) % sum.length;
      sum[at] = (sum[at] as number) + Math.sin(step * i) * envelope * edge;
      envelope *= decay;
    }
  }
};

const levelled = (sum: Float32Array): Int16Array => {
  const power = sum.reduce((total, sample) => total + sample * sample, 0) / sum.length;
  const gain = (32767 * 10 ** (levelDbfs / 20) * Math.SQRT1_2) / Math.sqrt(power);
  return Int16Array.from(sum, (sample) => Math.round(Math.max(-32768, Math.min(32767, sample * gain))));
};
