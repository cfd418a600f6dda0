import { randomInt } from 'node:crypto';
import type { LegId, RecordingId, VoiceLegId } from '../../../machines/model/ids.ts';
import type { CodecLibrary } from '../codecs/library.ts';
import type { EngineTap, MediaEngine } from '../engine.ts';
import type { FilePiece } from './opus-file.ts';
import { Recording, type RecordingPlan } from './recording.ts';

export interface RecordingsListener {
  piece(recording: RecordingId, piece: FilePiece): void;
  /** The recording's limit is reached. */
  full(recording: RecordingId): void;
  /** Our bug; nothing more of this recording follows. */
  failed(recording: RecordingId, error: unknown): void;
}

const narrowestRateHz = 8000;

/** All recordings of one thread. Unknown ones are ignored everywhere. */
export class Recordings implements EngineTap {
  readonly #engine: MediaEngine;
  readonly #codecs: CodecLibrary;
  readonly #listener: RecordingsListener;
  readonly #recordings = new Map<RecordingId, Recording>();

  constructor(engine: MediaEngine, codecs: CodecLibrary, listener: RecordingsListener) {
    this.#engine = engine;
    this.#codecs = codecs;
    this.#listener = listener;
    engine.tap(this);
  }

  start(id: RecordingId, plan: RecordingPlan): void {
    if (this.#recordings.has(id)) return;
    const legs = [this.#engine.leg(plan.voiceLeg), this.#engine.leg(plan.call)];
    const narrow = legs.every((leg) => (leg?.rateHz ?? 0) <= narrowestRateHz);
    const tell = (piece: FilePiece) => this.#listener.piece(id, piece);
    try {
      this.#recordings.set(id, new Recording(plan, narrow, this.#codecs, randomInt(0x1_0000_0000), tell));
    } catch (error) {
      this.#listener.failed(id, error);
    }
  }

  pause(id: RecordingId): void {
    this.#recordings.get(id)?.pause();
  }

  resume(id: RecordingId, voiceLeg: VoiceLegId): void {
    this.#recordings.get(id)?.resume(voiceLeg);
  }

  /** Every piece has been told when it returns. */
  stop(id: RecordingId): void {
    const recording = this.#recordings.get(id);
    this.#recordings.delete(id);
    recording?.end();
  }

  taps(leg: LegId): boolean {
    for (const { call, voiceLeg, paused, full } of this.#recordings.values()) {
      if (!paused && !full && (call === leg || voiceLeg === leg)) return true;
    }
    return false;
  }

  tick(): void {
    this.#each((recording) => recording.tick(this.#engine.leg(recording.voiceLeg), this.#engine.leg(recording.call)));
  }

  skip(missedMs: number): void {
    this.#each((recording) => recording.skip(missedMs));
  }

  #each(step: (recording: Recording) => void): void {
    for (const [id, recording] of this.#recordings) {
      const wasFull = recording.full;
      try {
        step(recording);
        if (recording.full && !wasFull) this.#listener.full(id);
      } catch (error) {
        this.#recordings.delete(id);
        this.#listener.failed(id, error);
      }
    }
  }
}
