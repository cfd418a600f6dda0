import type { Clock } from '../../../src/adapters/telegram/client/clock.ts';

/** Time that passes only when it is told to; what is due runs in order. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #due = new Set<{ readonly at: number; readonly call: () => void }>();

  now() {
    return this.#now;
  }

  after(delayMs: number, call: () => void) {
    const timer = { at: this.#now + delayMs, call };
    this.#due.add(timer);
    return () => void this.#due.delete(timer);
  }

  async pass(ms: number) {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#due].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = until;
  }

  /** Time jumps, as for a process that was held up: what became due meanwhile runs now, late. */
  async leap(ms: number) {
    this.#now += ms;
    await this.pass(0);
  }

  /** How much waits for its time. */
  get waiting() {
    return this.#due.size;
  }
}

/** Lets everything that waits for promises alone run to its end. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
