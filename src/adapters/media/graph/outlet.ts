import { softLimit } from './limiter.ts';
import { Resampled } from './resampled.ts';
import { ToneGenerator } from './tone-generator.ts';
import type { ToneClass, ToneSpec } from './tones.ts';

/** What can be heard: 20 ms of sound, made anew each tick. */
export interface Speaker {
  readonly rateHz: number;
  /** At `rateHz`. */
  readonly frame: Int16Array;
  /** Its sound of this moment looks like a key press. */
  readonly keySounding?: boolean;
}

interface Voice {
  readonly speaker: Speaker;
  gain: number;
  /** 0: on its way out. */
  target: number;
  readonly resampled: Resampled;
}

/** A key's echo is too short to lower a voice for. */
const lowersVoices: readonly ToneClass[] = ['beep', 'warning', 'consent'];
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
      this.#voices.push({ speaker, gain: 0, target: 1, resampled: new Resampled() });
    }
  }

  /** A speaker that is gone: nothing of it is left to fade. */
  forget(speaker: Speaker): void {
    this.#voices = this.#voices.filter((voice) => voice.speaker !== speaker);
  }

  /**
   * A newer tone ends the older one of its class, and any progress tone; a progress tone ends all. So a key's echo does
   * not end the beeps of a waiting call, which come back by themselves; nor does anything but a progress tone end the
   * one that tells of a recording.
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

  /** The tone that belongs into a recording of this leg. */
  get consentTone(): ToneGenerator | undefined {
    return this.#tones.find(({ spec }) => spec.class === 'consent');
  }

  /** The one voice that is heard, as it is; undefined while there is anything to mix, fade or lower. */
  get plainSpeaker(): Speaker | undefined {
    if (this.#voices.length !== 1 || this.#tones.length > 0 || this.#duck !== 1) return undefined;
    const { speaker, gain, target } = this.#voices[0] as Voice;
    return gain === 1 && target === 1 ? speaker : undefined;
  }

  /** Writes 20 ms at `rateHz`; `cutKeys` leaves out what sounds like a key press. */
  mix(out: Int16Array, rateHz: number, cutKeys = false): void {
    const samples = (rateHz * frameMs) / 1000;
    const plain = this.plainSpeaker;
    if (plain?.rateHz === rateHz && !(cutKeys && plain.keySounding === true)) {
      for (let i = 0; i < samples; i++) out[i] = plain.frame[i] as number;
      return;
    }
    sum.fill(0, 0, samples);
    const voices = this.#voices.length;
    const ducked = this.#mixTones(samples, rateHz);
    this.#mixVoices(samples, rateHz, ducked, cutKeys);
    const limited = voices + (ducked === undefined ? 0 : 1) > 1;
    for (let i = 0; i < samples; i++) out[i] = limited ? softLimit(sum[i] as number) : clip(sum[i] as number);
  }

  /** Undefined: no tone sounded; true: one that voices give way to. */
  #mixTones(samples: number, rateHz: number): boolean | undefined {
    let result: boolean | undefined;
    if (this.#tones.length === 0) return result;
    this.#tones = this.#tones.map((tone) => tone.atRate(rateHz));
    for (const tone of this.#tones) {
      if (!tone.addTo(sum, samples)) continue;
      result = result === true || lowersVoices.includes(tone.spec.class);
    }
    this.#tones = this.#tones.filter((tone) => !tone.finished);
    return result;
  }

  #mixVoices(samples: number, rateHz: number, ducked: boolean | undefined, cutKeys: boolean): void {
    const step = 1000 / (rateHz * rampMs);
    const duckFrom = this.#duck;
    const duckTo = ducked === true ? duckedGain : 1;
    let duck = duckFrom;
    for (const voice of this.#voices) {
      const frame = voice.resampled.frame(voice.speaker, rateHz, converted);
      const target = cutKeys && voice.speaker.keySounding === true ? 0 : voice.target;
      duck = duckFrom;
      for (let i = 0; i < samples; i++) {
        duck = towards(duck, duckTo, step);
        voice.gain = towards(voice.gain, target, step);
        (sum[i] as number) += (frame[i] as number) * voice.gain * duck;
      }
    }
    this.#duck = this.#voices.length === 0 ? duckTo : duck;
    if (this.#voices.some(({ gain, target }) => gain === 0 && target === 0)) {
      this.#voices = this.#voices.filter(({ gain, target }) => gain > 0 || target > 0);
    }
  }
}

const towards = (gain: number, target: number, step: number): number =>
  gain < target ? Math.min(target, gain + step) : Math.max(target, gain - step);

const clip = (value: number): number => Math.round(Math.max(-32768, Math.min(32767, value)));
