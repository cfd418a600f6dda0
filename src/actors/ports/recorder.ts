import type { CallId, RecordingId, VoiceLegId } from '../../machines/model/ids.ts';
import type { RecorderFault } from '../../machines/model/recording-faults.ts';

/** A finished recording: Ogg/Opus (RFC 7845) on this host's disk. */
export interface RecordedFile {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
}

export type RecorderFact =
  /** The first page is on disk. */
  | { readonly type: 'recorder.started' }
  /** `limitMs` of sound are on their way to the disk, and nothing more is written. */
  | { readonly type: 'recorder.full' }
  /** Nothing more is written; what was written until then can still be had by `stop`. */
  | { readonly type: 'recorder.failed'; readonly why: RecorderFault };

/** Records what both sides of a call say (product §8). A slow or full disk never delays a call. */
export interface Recorder {
  /** Both directions after concealment; tones meant for one side only are left out. Facts follow. */
  start(
    recording: RecordingId,
    what: {
      readonly voiceLeg: VoiceLegId;
      readonly call: CallId;
      /** User left, party right; otherwise both in one channel. */
      readonly stereo: boolean;
      /** Ogg comments TITLE and ARTIST. */
      readonly title: string;
      readonly performer: string;
      /** How much sound is written; unset: no limit. */
      readonly limitMs?: number;
    },
  ): void;
  /** The time line stands still; the file stays one. */
  pause(recording: RecordingId): void;
  /** Goes on, with the voice leg of now. */
  resume(recording: RecordingId, voiceLeg: VoiceLegId): void;
  /** @returns undefined when nothing was ever written */
  stop(recording: RecordingId): Promise<RecordedFile | undefined>;
  watch(recording: RecordingId, listener: (fact: RecorderFact) => void): () => void;
}
