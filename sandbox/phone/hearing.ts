import { type CadenceStep, cadenceOf, type HeardTone, holdsTone, levelOf, loudestTone, quietDbfs } from './tones.ts';
import { type AudioFrame, type AudioSink, createAudioSink, type MediaTrack } from './webrtc.ts';

export interface Recording {
  readonly samples: Int16Array;
  readonly sampleRate: number;
}

export interface HearingOptions {
  /** How long to listen before giving up; 10 s when not given. */
  readonly withinMs?: number;
  /** How long without a break it must last; 200 ms when not given. */
  readonly forMs?: number;
}

/** What a person hears in one call. Keeps the last minute. */
export class Hearing {
  readonly #frames: { readonly atMs: number; readonly samples: Int16Array }[] = [];
  readonly #listeners = new Set<(block: Int16Array) => void>();
  readonly #onClose = new Set<(error: Error) => void>();
  #block: Int16Array[] = [];
  #sink: AudioSink | undefined;
  #closed = false;

  /** Listens to a received track, in place of the one before. */
  listenTo(track: MediaTrack): void {
    this.#sink?.stop();
    const sink = createAudioSink(track);
    sink.ondata = (frame) => this.hear(frame);
    this.#sink = sink;
  }

  /** 10 ms of sound, of any rate. */
  hear(frame: Pick<AudioFrame, 'samples' | 'channelCount' | 'numberOfFrames'>): void {
    const samples = toTelephone(frame);
    this.#frames.push({ atMs: performance.now(), samples });
    if (this.#frames.length > keptFrames) this.#frames.shift();
    this.#block.push(samples);
    if (this.#block.length < blockFrames) return;
    const block = new Int16Array(blockFrames * frameSamples);
    for (const [index, part] of this.#block.entries()) block.set(part, index * frameSamples);
    this.#block = [];
    for (const listener of this.#listeners) listener(block);
  }

  /**
   * Waits until a tone has been heard without a break, from now on: of a frequency, or one the predicate likes.
   * @throws Error when it was not heard in time, or the call ended
   */
  async heard(what: number | ((tone: HeardTone) => boolean), options: HearingOptions = {}): Promise<HeardTone> {
    const isIt = (block: Int16Array): boolean => {
      if (typeof what === 'number') return holdsTone(block, sampleRateHz, what);
      const tone = loudestTone(block, sampleRateHz);
      return tone !== undefined && what(tone);
    };
    const block = await this.#lasting(typeof what === 'number' ? `${what} Hz` : 'such a tone', isIt, options);
    return loudestTone(block, sampleRateHz) ?? { frequencyHz: 0, levelDbfs: levelOf(block) };
  }

  /** Waits until nothing has been heard for a while. @throws Error as `heard` does */
  async heardSilence(options: HearingOptions = {}): Promise<void> {
    await this.#lasting('silence', (block) => levelOf(block) < quietDbfs, options);
  }

  /** What was heard, or what was heard since (a `performance.now()`). 48 kHz mono. */
  recording(sinceMs = 0): Recording {
    const frames = this.#frames.filter(({ atMs }) => atMs >= sinceMs);
    const samples = new Int16Array(frames.length * frameSamples);
    for (const [index, frame] of frames.entries()) samples.set(frame.samples, index * frameSamples);
    return { samples, sampleRate: sampleRateHz };
  }

  cadence(frequencyHz: number, sinceMs = 0): CadenceStep[] {
    return cadenceOf(this.recording(sinceMs).samples, sampleRateHz, frequencyHz);
  }

  close(): void {
    this.#closed = true;
    this.#sink?.stop();
    this.#sink = undefined;
    for (const end of this.#onClose) end(endedEarly());
    this.#onClose.clear();
    this.#listeners.clear();
  }

  #lasting(
    name: string,
    isIt: (block: Int16Array) => boolean,
    { withinMs = 10_000, forMs = 200 }: HearingOptions,
  ): Promise<Int16Array> {
    if (this.#closed) return Promise.reject(endedEarly());
    return new Promise((resolve, reject) => {
      let lastedMs = 0;
      let last: Int16Array | undefined;
      const finish = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
        this.#onClose.delete(fail);
      };
      const fail = (error: Error): void => {
        finish();
        reject(error);
      };
      const listener = (block: Int16Array): void => {
        last = block;
        lastedMs = isIt(block) ? lastedMs + blockMs : 0;
        if (lastedMs < forMs) return;
        finish();
        resolve(block);
      };
      const timer = setTimeout(
        () => fail(new Error(`${name} was not heard within ${withinMs} ms, but ${describe(last)}`)),
        withinMs,
      );
      this.#listeners.add(listener);
      this.#onClose.add(fail);
    });
  }
}

const endedEarly = (): Error => new Error('the call ended before it was heard');

const describe = (block: Int16Array | undefined): string => {
  if (!block) return 'no audio at all';
  const tone = loudestTone(block, sampleRateHz);
  return tone ? `${tone.frequencyHz.toFixed(0)} Hz at ${tone.levelDbfs.toFixed(0)} dBFS` : 'silence';
};

/** libwebrtc plays at the rate of what it decodes, 16 kHz until the first packet: all of it as 48 kHz mono. */
const toTelephone = ({
  samples,
  channelCount,
  numberOfFrames,
}: Pick<AudioFrame, 'samples' | 'channelCount' | 'numberOfFrames'>): Int16Array => {
  const out = new Int16Array(frameSamples);
  for (let i = 0; i < frameSamples; i++) {
    const position = (i * numberOfFrames) / frameSamples;
    const left = Math.floor(position);
    const right = Math.min(left + 1, numberOfFrames - 1);
    const at = (frame: number): number => samples[frame * channelCount] ?? 0;
    out[i] = at(left) + (at(right) - at(left)) * (position - left);
  }
  return out;
};

const sampleRateHz = 48_000;
const frameSamples = 480;
const keptFrames = 6_000;
const blockFrames = 5;
const blockMs = 50;
