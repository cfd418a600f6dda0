import type { MediaClock } from '../../../../src/adapters/media/clock.ts';

/** Time that passes when told to, and runs what falls due in its order. */
export class VirtualClock implements MediaClock {
  #nowMs = 1000;
  #timers: { dueMs: number; run: () => void }[] = [];

  nowMs = () => this.#nowMs;

  schedule(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  at(ms: number, run: () => void): void {
    this.schedule(ms - this.#nowMs, run);
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = endMs;
  }

  /** The thread was blocked: time passed, nothing ran. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }
}
