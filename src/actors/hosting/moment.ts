import type { HostClock } from '../ports/host-clock.ts';

/** A point in time on both clocks. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export const momentOf = (clock: HostClock): Moment => ({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });

/**
 * How long ago that was: by the clock that says more. The monotonic one stops while a virtual machine is suspended, the other
 * may be set back.
 */
export const elapsedMs = (clock: HostClock, since: Moment): number =>
  Math.max(clock.monotonicMs() - since.monotonicMs, clock.wallMs() - since.wallMs);
