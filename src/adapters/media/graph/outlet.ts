import { Resampler } from './resampler.ts';
import { ToneGenerator } from './tone-generator.ts';
import type { ToneSpec } from './tones.ts';

/** What can be heard: 20 ms of sound, made anew each tick. */
export interface Speaker {
  readonly rateHz: number;
  /** At `rateHz`. */
  readonly frame: Int16Array;
}

interface Voice {
  readonly speaker: Speaker;
  gain: number;
  /** 0: on its way out. */
  target: number;
  resampler: { readonly fromHz: number; readonly toHz: number; readonly filter: Resampler } | undefined;
}

const frameMs = 20;
const rampMs = 5;
/** Speech under a beep: −6 dB. */
const duckedGain = 0.5;
const longestFrame = (48_000 * frameMs) / 1000;
const sum = new Float32Array(longestFrame);
const converted = new Float32Array(longestFrame);

/** Everything one leg hears, summed: voices and tones. Changes take effect at the next tick, over 5 ms. */
export class Outlet {
  #voices: Voice[] = [];
  #tones: ToneGenerator[] = [];
  #duck = 1;

  get speakers(): readonly Speaker[] {
    return this.#voices.filter(({ target }) => target > 0).map(({ speaker }) => speaker);
  }

  /** Hears these and no others. */
  hear(speakers: readonly Speaker[]): void {
    for (const voice of this.#voices) voice.target = speakers.includes(voice.speaker) ? 1 : 0;
    for (const speaker of speakers) {
      if (this.#voices.some((voice) => voice.speaker === speaker)) continue;
      this.#voices.push({ speaker, gain: 0, target: 1, resampler: undefined });
    }
  }

  /** A speaker that is gone: nothing of it is left to fade. */
  forget(speaker: Speaker): void {
    this.#voices = this.#voices.filter((voice) => voice.speaker !== speaker);
  }

  /**
   * A newer tone ends the older one of its class, and any progress tone; a progress tone ends all. So a key's echo does
   * not end the beeps of a waiting call, which come back by themselves.
   */
  play(spec: ToneSpec, rateHz: number): void {
    for (const tone of this.#tones) {
      const older = tone.spec.class;
      const replaces =
        spec.class === older || spec.class === 'progress' || (older === 'progress' && spec.class !== 'key');
      if (replaces) tone.stop();
    }
    this.#tones.push(new ToneGenerator(spec, rateHz));
  }

  stopTones(): void {
    for (const tone of this.#tones) tone.stop();
  }

  /** Writes 20 ms at `rateHz`. */
  mix(out: Int16Array, rateHz: number): void {
    const samples = (rateHz * frameMs) / 1000;
    const only = this.#onlyVoice(rateHz);
    if (only !== undefined) {
      for (let i = 0; i < samples; i++) out[i] = only.speaker.frame[i] as number;
      return;
    }
    sum.fill(0, 0, samples);
    const voices = this.#voices.length;
    const ducked = this.#mixTones(samples, rateHz);
    this.#mixVoices(samples, rateHz, ducked);
    const limited = voices + (ducked === undefined ? 0 : 1) > 1;
    for (let i = 0; i < samples; i++) out[i] = limited ? softLimit(sum[i] as number) : clip(sum[i] as number);
  }

  /** The common case, a plain pair, is a copy. */
  #onlyVoice(rateHz: number): Voice | undefined {
    if (this.#voices.length !== 1 || this.#tones.length > 0 || this.#duck !== 1) return undefined;
    const voice = this.#voices[0] as Voice;
    return voice.gain === 1 && voice.target === 1 && voice.speaker.rateHz === rateHz ? voice : undefined;
  }

  /** Undefined: no tone sounded; true: one that voices give way to. */
  #mixTones(samples: number, rateHz: number): boolean | undefined {
    let result: boolean | undefined;
    if (this.#tones.length === 0) return result;
    this.#tones = this.#tones.map((tone) => tone.atRate(rateHz));
    for (const tone of this.#tones) {
      if (!tone.addTo(sum, samples)) continue;
      result = result === true || tone.spec.class === 'beep' || tone.spec.class === 'warning';
    }
    this.#tones = this.#tones.filter((tone) => !tone.finished);
    return result;
  }

  #mixVoices(samples: number, rateHz: number, ducked: boolean | undefined): void {
    const step = 1000 / (rateHz * rampMs);
    const duckFrom = this.#duck;
    const duckTo = ducked === true ? duckedGain : 1;
    let duck = duckFrom;
    for (const voice of this.#voices) {
      const frame = this.#atRate(voice, rateHz);
      duck = duckFrom;
      for (let i = 0; i < samples; i++) {
        duck = towards(duck, duckTo, step);
        voice.gain = towards(voice.gain, voice.target, step);
        (sum[i] as number) += (frame[i] as number) * voice.gain * duck;
      }
    }
    this.#duck = this.#voices.length === 0 ? duckTo : duck;
    if (this.#voices.some(({ gain, target }) => gain === 0 && target === 0)) {
      this.#voices = this.#voices.filter(({ gain, target }) => gain > 0 || target > 0);
    }
  }

  #atRate(voice: Voice, rateHz: number): Int16Array | Float32Array {
    const { speaker } = voice;
    if (speaker.rateHz === rateHz) return speaker.frame;
    if (voice.resampler?.fromHz !== speaker.rateHz || voice.resampler.toHz !== rateHz) {
      voice.resampler = { fromHz: speaker.rateHz, toHz: rateHz, filter: new Resampler(speaker.rateHz, rateHz) };
    }
    voice.resampler.filter.resample(speaker.frame, converted);
    return converted;
  }
}

const towards = (gain: number, target: number, step: number): number =>
  gain < target ? Math.min(target, gain + step) : Math.max(target, gain - step);

const threshold = 32768 * 10 ** (-3 / 20);
const headroom = 32767 - threshold;

/** Bends what is above −3 dBFS towards full scale instead of cutting it off. */
const softLimit = (value: number): number => {
  const level = Math.abs(value);
  if (level <= threshold) return Math.round(value);
  const limited = threshold + headroom * Math.tanh((level - threshold) / headroom);
  return Math.round(value < 0 ? -limited : limited);
};

const clip = (value: number): number => Math.round(Math.max(-32768, Math.min(32767, value)));
