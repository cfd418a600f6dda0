import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { CallId, EpochMs, LineId, UserId } from '../../machines/model/ids.ts';
import type { DialTarget } from '../../machines/model/party.ts';

/** One call as it is kept. */
export interface CallRecord {
  readonly call: CallId;
  readonly user: UserId;
  readonly line: LineId;
  readonly direction: 'outgoing' | 'incoming';
  /** The number as the user knows it; undefined for a hidden caller. */
  readonly number: string | undefined;
  /** What was dialled; undefined for incoming calls. */
  readonly target: DialTarget | undefined;
  readonly openedAt: EpochMs;
  readonly answeredAt: EpochMs | undefined;
  readonly endedAt: EpochMs | undefined;
  readonly cause: HangupCause | undefined;
}

/** The record of calls. Writes of one call are kept in order; a repeated write changes nothing. */
export interface CallLog {
  opened(record: Omit<CallRecord, 'answeredAt' | 'endedAt' | 'cause'>): Promise<void>;
  answered(call: CallId, at: EpochMs): Promise<void>;
  ended(call: CallId, at: EpochMs, cause: HangupCause): Promise<void>;
  find(call: CallId): Promise<CallRecord | undefined>;
  /** The newest call to this user that he missed and that ended since then; declined and hidden ones are none. */
  lastMissed(user: UserId, since: EpochMs): Promise<CallRecord | undefined>;
}
