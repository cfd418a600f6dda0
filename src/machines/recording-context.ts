import type { CallLabel } from './model/call-label.ts';
import type { RecordingId, VoiceLegId } from './model/ids.ts';
import type { RecordingOrder } from './model/recording-order.ts';

export interface RecordingInput {
  readonly label: CallLabel;
  readonly order: RecordingOrder;
}

export interface RecordingContext extends RecordingInput {
  readonly voiceLeg: VoiceLegId | undefined;
  /** How many files were begun. */
  readonly files: number;
  /** The last of them. */
  readonly recording: RecordingId;
  readonly startedBy: 'owner' | 'user';
  /** Length of the files so far. */
  readonly usedMs: number;
  /** The call ended while a file was being delivered. */
  readonly finished: boolean;
}

/** Of the limit; undefined: there is none. */
export const leftMs = ({ order, usedMs }: RecordingContext): number | undefined =>
  order.limitMs === undefined ? undefined : order.limitMs - usedMs;
