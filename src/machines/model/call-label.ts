import type { CallId, EpochMs } from './ids.ts';

/** The call as messages speak of it. */
export interface CallLabel {
  readonly call: CallId;
  readonly direction: 'outgoing' | 'incoming';
  /** The number as the user knows it; undefined for a hidden caller. */
  readonly number: string | undefined;
  readonly name?: string | undefined;
  readonly lineName: string;
  readonly startedAt: EpochMs;
}
