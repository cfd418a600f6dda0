/** Time as the PBX knows it, so that a test can be its master. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back once; the result takes it back. */
  after(ms: number, callback: () => void): () => void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
