import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import type { EpochMs, RecordingId } from '../../../machines/model/ids.ts';
import type { RecordedSegment } from '../../../machines/model/recorded-segment.ts';
import type { DeliveryFault } from '../../../machines/model/recording-faults.ts';

/** How far a delivery has come. */
export interface DeliveryProgress {
  readonly nextTryAt: EpochMs;
  /** Failed ones. */
  readonly tries: number;
  /** Why the last one failed. */
  readonly why: DeliveryFault | undefined;
  /** Parts the destination has. */
  readonly partsSent: number;
  readonly partsSentToOwner: number;
  readonly ownerTold: boolean;
  /** Set: only files and row are left to be removed. */
  readonly deliveredAt: EpochMs | undefined;
}

export interface StoredRecording extends DeliveryProgress {
  readonly delivery: Delivery;
  readonly takenAt: EpochMs;
  /** Where the file is, if it is one and not in segments; undefined of what an earlier release left. */
  readonly host?: string | undefined;
}

/** Recordings that were not delivered yet. */
export interface RecordingRows {
  /**
   * It is no longer being recorded. Known already: nothing changes.
   * @returns false when it is not to be delivered by who asks: it was, or another host goes on with it
   */
  add(recording: StoredRecording): Promise<boolean>;
  find(recording: RecordingId): Promise<StoredRecording | undefined>;
  /** Those whose time has come and that this host can deliver, the longest waiting first. */
  due(now: EpochMs, host: string, limit: number): Promise<readonly RecordingId[]>;
  save(recording: RecordingId, progress: DeliveryProgress): Promise<void>;
  /** For as long as nobody else does: not another host beside this one, but this host's next process. */
  claim(recording: RecordingId, host: string, forMs: number): Promise<boolean>;
  release(recording: RecordingId, host: string): Promise<void>;
  /** Its pieces are emptied. */
  remove(recording: RecordingId): Promise<void>;
}

/** A piece that every host can read. */
export interface StoredSegment extends RecordedSegment {
  readonly durationMs: number;
}

/** Pieces of recordings, until those were delivered. */
export interface SegmentRows {
  /**
   * Stores it once; a repetition changes nothing, also when it was delivered meanwhile.
   * @returns `unknown`: nobody has begun such a recording, or another host is writing it into a directory that is ours, too;
   * `over`: it was delivered without this piece
   */
  store(
    segment: RecordedSegment,
    sound: { readonly bytes: Uint8Array; readonly durationMs: number },
  ): Promise<'stored' | 'unknown' | 'over'>;
  /** In their order. */
  of(recording: RecordingId): Promise<readonly StoredSegment[]>;
  /** Undefined: it is not there, or no longer. */
  read(segment: RecordedSegment): Promise<Uint8Array | undefined>;
}
