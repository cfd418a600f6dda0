/** The clock of the adapter, injected so that protocol timers can be stepped. */
export interface SipTime {
  /** Milliseconds, from any origin. */
  now(): number;
  /** Runs once after so many milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

export const realTime: SipTime = {
  now: () => performance.now(),
  after: (ms, run) => {
    // The sockets keep the process alive as long as it serves; what is only remembered must not.
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
