import type { CallId, RecordingId, VoiceLegId } from '../../machines/model/ids.ts';
import type { RecorderFault } from '../../machines/model/recording-faults.ts';

/** A finished recording: Ogg/Opus (RFC 7845). */
export interface RecordedFile {
  /** On the disk of the host that recorded it. */
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** Given: it lies in segments (`RecordedSegment`), and `path` is the first of them; otherwise in the one file. */
  readonly segments?: {
    /** The last run, which this host recorded; bytes and duration are its own. */
    readonly run: number;
    /** Of that run; undefined: who recorded it is gone, and nobody knows. */
    readonly count: number | undefined;
  };
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
      /** Other hosts recorded so many streams of it before; 0 where not given. */
      readonly run?: number;
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
