/** How much of a media thread's time is taken, for admission: see `LoadLevel`. */
export interface ThreadLoad {
  /** Time in ticks and packet handlers, and whatever else the thread did, per wall time, mean of about 5 s. */
  readonly busyShare: number;
  /** Ticks more than 10 ms late, of all; the same mean. */
  readonly lateShare: number;
  readonly level: LoadLevel;
}

/** 0: full quality. 1: new coders are cheaper. 2: no new calls. 3: every call pays. */
export type LoadLevel = 0 | 1 | 2 | 3;

const windowMs = 1000;
/** 1 − e^(−1 s / 5 s): a mean of about 5 s. */
const weight = 0.18;
const bounds = [
  { busy: 0.6, late: 0.02 },
  { busy: 0.75, late: 0.05 },
  { busy: 0.9, late: 1.01 },
] as const;
/** A level is left this far below where it was entered, and after this long. */
const relief = 0.1;
const reliefMs = 10_000;

/** Measures a thread and says how bad it is. Existing calls are never ended for it. */
export class BusyMeter {
  #busyBeforeMs = 0;
  #windowStartMs: number | undefined;
  #ticksBefore = 0;
  #lateBefore = 0;
  #share = 0;
  #lateShare = 0;
  #level: LoadLevel = 0;
  #calmSinceMs: number | undefined;

  /** Once a tick; answers once a second. `busyMs`: the time worked since whenever. */
  tick(nowMs: number, busyMs: number, ticks: number, lateTicks: number): ThreadLoad | undefined {
    if (this.#windowStartMs === undefined) {
      this.#windowStartMs = nowMs;
      this.#busyBeforeMs = busyMs;
    }
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < windowMs) return undefined;
    this.#share += weight * (Math.min(1, (busyMs - this.#busyBeforeMs) / elapsedMs) - this.#share);
    const lateShare = (lateTicks - this.#lateBefore) / Math.max(1, ticks - this.#ticksBefore);
    this.#lateShare += weight * (lateShare - this.#lateShare);
    this.#busyBeforeMs = busyMs;
    this.#windowStartMs = nowMs;
    this.#ticksBefore = ticks;
    this.#lateBefore = lateTicks;
    this.#settle(nowMs);
    return { busyShare: this.#share, lateShare: this.#lateShare, level: this.#level };
  }

  #settle(nowMs: number): void {
    const entered = bounds.findLastIndex(({ busy, late }) => this.#share >= busy || this.#lateShare > late) + 1;
    if (entered >= this.#level) {
      this.#level = entered as LoadLevel;
      this.#calmSinceMs = undefined;
      return;
    }
    const lower = bounds[this.#level - 1];
    if (lower === undefined || this.#share >= lower.busy - relief) {
      this.#calmSinceMs = undefined;
      return;
    }
    this.#calmSinceMs ??= nowMs;
    if (nowMs - this.#calmSinceMs < reliefMs) return;
    this.#level = (this.#level - 1) as LoadLevel;
    this.#calmSinceMs = undefined;
  }
}
