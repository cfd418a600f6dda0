/** Time as the world sees it: handed in, so that call timeouts can be stepped. */
export interface Clock {
  nowMs(): number;
  /** Runs once after `delayMs`. Returns the cancel. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    // A pending ring timeout must not keep a finished test process alive.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told how much time passes. */
export class SteppedClock implements Clock {
  #nowMs: number;
  readonly #due: { atMs: number; run: () => void }[] = [];

  constructor(startMs = 1_800_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, run };
    this.#due.push(entry);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** Lets time pass; what falls due runs in order, at its own time. */
  step(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      this.#due.sort((a, b) => a.atMs - b.atMs);
      const next = this.#due[0];
      if (!next || next.atMs > untilMs) break;
      this.#due.shift();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }
}
