import type { EpochMs, UserId } from '../../machines/model/ids.ts';

/** What people have been told already, also by an earlier process. */
export interface Hints {
  /**
   * Whether this hint is to be given now: true at most once in `pauseMs`, whoever asks; `Infinity`: once ever.
   * True also notes it as given.
   */
  isDue(user: UserId, hint: string, at: EpochMs, pauseMs: number): Promise<boolean>;
}
