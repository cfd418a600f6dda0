import type { CallLabel } from '../../machines/model/call-label.ts';
import type { EpochMs, RecordingId } from '../../machines/model/ids.ts';
import type { RecordingOrder } from '../../machines/model/recording-order.ts';

/** What is known of a recording from its beginning: enough to go on with it, or to deliver it, on another host. */
export interface BegunRecording {
  readonly recording: RecordingId;
  readonly label: CallLabel;
  readonly order: RecordingOrder;
  readonly startedBy: 'owner' | 'user';
  readonly startedAt: EpochMs;
  /** How much was to be recorded at most, counted from its beginning. */
  readonly limitMs: number | undefined;
}

export interface KnownRecording extends BegunRecording {
  /** How often another host has gone on with it. */
  readonly run: number;
  /** The id of who records it, or did last. */
  readonly host: string;
  /** Length of the pieces that every host can read. */
  readonly storedMs: number;
}

/** Recordings that are being made, on whichever host, and those whose host was lost. */
export interface RecordingBook {
  /** On this host. Known already: nothing changes. */
  begin(recording: BegunRecording): Promise<void>;
  find(recording: RecordingId): Promise<KnownRecording | undefined>;
  /** This host goes on with it, and no other may finish it as its own. Undefined: it is over. */
  takeOver(recording: RecordingId): Promise<KnownRecording | undefined>;
  /** Those that a host records, or did when it was lost. @param host its id, not its incarnation: what it wrote is on its disk */
  begunOn(host: string): Promise<readonly RecordingId[]>;
  /** Nothing was recorded. Another host goes on with it: nothing changes. */
  forget(recording: RecordingId, run: number): Promise<void>;
}
