import type { CallId, VoiceLegId } from '../../../machines/model/ids.ts';
import type { RecordingCoder } from '../codecs/codec.ts';
import type { CodecLibrary } from '../codecs/library.ts';
import { longestOpusBytes } from '../codecs/opus-packet.ts';
import { softLimit } from '../graph/limiter.ts';
import { Resampled } from '../graph/resampled.ts';
import type { ToneGenerator } from '../graph/tone-generator.ts';
import type { Leg } from '../legs/leg.ts';
import { type FilePiece, OpusFile, type OpusTags } from './opus-file.ts';

export interface RecordingPlan {
  readonly voiceLeg: VoiceLegId;
  readonly call: CallId;
  /** User left, party right. */
  readonly stereo: boolean;
  readonly tags: OpusTags;
  /** How much sound is written at most. */
  readonly limitMs?: number | undefined;
}

const frameMs = 20;
/** Two voices in one channel: −3 dB each. */
const monoGain = Math.SQRT1_2;
/** Time the thread lost becomes silence, but a machine that slept for hours is not to code hours. */
const longestSilenceMs = 10_000;
const wideRateHz = 16_000;
const narrowRateHz = 8000;
const left = new Float32Array((wideRateHz * frameMs) / 1000);
const right = new Float32Array(left.length);
const converted = new Float32Array(left.length);

/** Writes down what two legs say, each tick 20 ms of it; where one of them is missing, its side is silent. */
export class Recording {
  readonly call: CallId;
  voiceLeg: VoiceLegId;
  paused = false;
  readonly #limitMs: number;
  #writtenMs = 0;
  readonly #tell: (piece: FilePiece) => void;
  readonly #channels: 1 | 2;
  readonly #rateHz: number;
  readonly #coder: RecordingCoder;
  readonly #file: OpusFile;
  readonly #pcm: Int16Array;
  readonly #packet = Buffer.alloc(longestOpusBytes);
  readonly #fromUser = new Resampled();
  readonly #fromParty = new Resampled();
  #consent: { readonly heard: ToneGenerator; readonly recorded: ToneGenerator } | undefined;

  /** `narrow`: both legs have no more than 8 kHz. Tells the head of the file at once. */
  constructor(
    plan: RecordingPlan,
    narrow: boolean,
    codecs: CodecLibrary,
    serial: number,
    tell: (piece: FilePiece) => void,
  ) {
    this.call = plan.call;
    this.voiceLeg = plan.voiceLeg;
    this.#limitMs = plan.limitMs ?? Number.POSITIVE_INFINITY;
    this.#tell = tell;
    this.#channels = plan.stereo ? 2 : 1;
    this.#rateHz = narrow ? narrowRateHz : wideRateHz;
    this.#coder = codecs.createRecordingCoder(this.#rateHz, this.#channels);
    this.#pcm = new Int16Array(((this.#rateHz * frameMs) / 1000) * this.#channels);
    this.#file = new OpusFile(serial, this.#channels, this.#rateHz, plan.tags);
    tell(this.#file.head);
  }

  /** The limit is reached: nothing more is written. */
  get full(): boolean {
    return this.#writtenMs >= this.#limitMs;
  }

  /** The 20 ms that `pull` made, after all legs have been pushed. */
  tick(user: Leg | undefined, party: Leg | undefined): void {
    if (this.paused || this.full) return;
    const samples = (this.#rateHz * frameMs) / 1000;
    this.#take(user, this.#fromUser, left);
    this.#take(party, this.#fromParty, right);
    const gain = this.#channels === 1 ? monoGain : 1;
    for (let i = 0; i < samples; i++) {
      left[i] = (left[i] as number) * gain;
      right[i] = (right[i] as number) * gain;
    }
    this.#addConsent(party?.outlet.consentTone ?? user?.outlet.consentTone, samples);
    for (let i = 0; i < samples; i++) {
      const [a, b] = [left[i] as number, right[i] as number];
      if (this.#channels === 1) this.#pcm[i] = softLimit(a + b);
      else {
        this.#pcm[2 * i] = softLimit(a);
        this.#pcm[2 * i + 1] = softLimit(b);
      }
    }
    this.#write();
  }

  /** Ticks that did not happen. */
  skip(missedMs: number): void {
    if (this.paused) return;
    this.#pcm.fill(0);
    for (let ms = 0; ms < Math.min(missedMs, longestSilenceMs) && !this.full; ms += frameMs) this.#write();
  }

  /** The time line stands still; what was said is in the file. */
  pause(): void {
    this.paused = true;
    this.#consent = undefined;
    this.#tell(this.#file.pause());
  }

  resume(voiceLeg: VoiceLegId): void {
    this.voiceLeg = voiceLeg;
    this.paused = false;
  }

  /** Tells the last piece and frees the coder. */
  end(): void {
    this.#pcm.fill(0);
    this.#tell(this.#file.end(this.#encode()));
    this.#coder.free();
  }

  #take(leg: Leg | undefined, resampled: Resampled, into: Float32Array): void {
    if (leg === undefined) {
      into.fill(0);
      return;
    }
    const frame = resampled.frame(leg, this.#rateHz, converted);
    const samples = (this.#rateHz * frameMs) / 1000;
    for (let i = 0; i < samples; i++) into[i] = frame[i] as number;
  }

  /** Who is recorded hears the tone, and the recording shows that it was heard: in both channels. */
  #addConsent(heard: ToneGenerator | undefined, samples: number): void {
    if (heard === undefined) this.#consent?.recorded.stop();
    else if (this.#consent?.heard !== heard) this.#consent = { heard, recorded: heard.copy(this.#rateHz) };
    const tone = this.#consent?.recorded;
    if (tone === undefined) return;
    if (this.#channels === 1) tone.addTo(left, samples);
    else {
      converted.fill(0, 0, samples);
      tone.addTo(converted, samples);
      for (let i = 0; i < samples; i++) {
        left[i] = (left[i] as number) + (converted[i] as number);
        right[i] = (right[i] as number) + (converted[i] as number);
      }
    }
    if (tone.finished) this.#consent = undefined;
  }

  #write(): void {
    const piece = this.#file.add(this.#encode());
    this.#writtenMs += frameMs;
    if (piece !== undefined) this.#tell(piece);
  }

  #encode(): Buffer {
    const bytes = this.#coder.encode(this.#pcm, this.#packet);
    // A table-of-contents byte alone is a frame that was not sent (RFC 6716 §3.1): the time line must not shrink.
    return bytes > 0 ? Buffer.from(this.#packet.subarray(0, bytes)) : Buffer.of(silentPacket(this.#channels));
  }
}

/** SILK, 16 kHz audio, 20 ms, one frame. */
const silentPacket = (channels: number): number => (9 << 3) | (channels === 2 ? 4 : 0);
