/** Time as calls need it; injected, so that a test can let 90 seconds pass at once. */
export interface CallClock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Runs once after `delayMs`; the returned function cancels. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: CallClock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
