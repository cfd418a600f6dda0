import { performance } from 'node:perf_hooks';

/** The time of the whole media plane, so that tests run it sample-exactly and faster than real time. */
export interface MediaClock {
  /** Monotonic milliseconds with a fraction; the zero is arbitrary. */
  nowMs(): number;
  /** Runs once after at least `delayMs`. Returns the cancellation. */
  schedule(delayMs: number, run: () => void): () => void;
}

export const monotonicClock: MediaClock = {
  nowMs: () => performance.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
