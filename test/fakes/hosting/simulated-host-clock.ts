import type { HostClock } from '../../../src/actors/ports/host-clock.ts';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Time that passes when it is told to, on both clocks or on one of them. */
export class SimulatedHostClock implements HostClock {
  readonly #timers = new Set<Timer>();
  #monotonicMs = 1_000;
  #wallMs = Date.UTC(2026, 10, 22);

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { at: this.#monotonicMs + delayMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Both clocks run, and whatever is due happens in its time. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonicMs + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].toSorted((one, other) => one.at - other.at);
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.#pass(Math.max(0, next.at - this.#monotonicMs));
      next.call();
    }
    this.#pass(end - this.#monotonicMs);
    await settled();
  }

  /** The process stands still: time passes and nothing happens. */
  stopFor(ms: number): void {
    this.#pass(ms);
  }

  /** The machine is suspended: only the wall clock goes on. */
  suspendFor(ms: number): void {
    this.#wallMs += ms;
  }

  #pass(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }
}

/** Until everything that needs no time has happened. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
