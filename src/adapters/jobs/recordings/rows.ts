import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import type { EpochMs, RecordingId } from '../../../machines/model/ids.ts';
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
}

/** Recordings that were not delivered yet. */
export interface RecordingRows {
  /** Known already: nothing changes. */
  add(recording: StoredRecording): Promise<void>;
  find(recording: RecordingId): Promise<StoredRecording | undefined>;
  /** Those whose time has come, the longest waiting first. */
  due(now: EpochMs, limit: number): Promise<readonly RecordingId[]>;
  save(recording: RecordingId, progress: DeliveryProgress): Promise<void>;
  remove(recording: RecordingId): Promise<void>;
}
