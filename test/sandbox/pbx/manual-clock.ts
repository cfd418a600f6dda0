import type { Clock } from '../../../sandbox/pbx/clock.ts';

/** Time that moves only when told. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #waiting = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, callback };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#waiting].filter(({ atMs }) => atMs <= end).toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = end;
  }
}
