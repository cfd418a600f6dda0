import type { EpochMs } from '../../machines/model/ids.ts';

/** The wall clock, so that records can be tested. */
export interface WallClock {
  now(): EpochMs;
}
