import { amplitudeOf } from './tones.ts';
import type { AudioSource } from './webrtc.ts';

/** What a person says, until he says something else. */
export type Sound =
  | 'silence'
  /** A sine; `levelDbfs` −12 when not given. */
  | { readonly frequencyHz: number; readonly levelDbfs?: number }
  /** 48 kHz, mono; silence follows unless it repeats. */
  | { readonly samples: Int16Array; readonly repeats?: boolean };

/** A person's voice, shared by all his calls. */
export class Voice {
  sound: Sound = 'silence';
}

/**
 * Speaks into one call: a frame each 10 ms of real time, for libwebrtc sends what it is given when it is given it.
 * Muted, it gives nothing, and as with native clients no RTP flows.
 */
export class Mouth {
  muted = false;
  readonly #voice: Voice;
  readonly #source: AudioSource;
  readonly #timer: NodeJS.Timeout;
  #startedMs = performance.now();
  #frames = 0;
  #sound: Sound = 'silence';
  #spoken = 0;

  constructor(voice: Voice, source: AudioSource) {
    this.#voice = voice;
    this.#source = source;
    this.#timer = setInterval(() => this.#speak(), frameMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #speak(): void {
    const dueFrames = Math.floor((performance.now() - this.#startedMs) / frameMs) - this.#frames;
    if (dueFrames > lateLimit) this.#startedMs += (dueFrames - lateLimit) * frameMs;
    for (let i = Math.min(dueFrames, lateLimit); i > 0; i--) {
      this.#frames++;
      const samples = this.#nextFrame();
      if (this.muted) continue;
      this.#source.onData({
        samples,
        sampleRate: sampleRateHz,
        bitsPerSample: 16,
        channelCount: 1,
        numberOfFrames: frameSamples,
      });
    }
  }

  #nextFrame(): Int16Array {
    const { sound } = this.#voice;
    if (sound !== this.#sound) {
      this.#sound = sound;
      this.#spoken = 0;
    }
    const frame = new Int16Array(frameSamples);
    for (let i = 0; i < frameSamples; i++) frame[i] = sampleAt(sound, this.#spoken + i);
    this.#spoken += frameSamples;
    return frame;
  }
}

const sampleAt = (sound: Sound, index: number): number => {
  if (sound === 'silence') return 0;
  if ('samples' in sound) return sound.samples[sound.repeats ? index % sound.samples.length : index] ?? 0;
  const { frequencyHz, levelDbfs = -12 } = sound;
  return Math.round(amplitudeOf(levelDbfs) * Math.sin((2 * Math.PI * frequencyHz * index) / sampleRateHz));
};

const sampleRateHz = 48_000;
const frameMs = 10;
const frameSamples = 480;
/** After a longer stall the missed speech is skipped, not hurried through. */
const lateLimit = 20;
