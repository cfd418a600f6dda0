import type { Leg } from './leg.ts';

/** After anything was mixed in: what follows often follows soon, and each change is audible. */
const calmMs = 500;

/** Decides whether one leg gets another one's packets as they are (both speak Opus, and nothing is to be mixed). */
export class PassThrough {
  #candidate: Leg | undefined;
  #sinceMs = 0;
  /** Whose packets are passed on during this tick. */
  source: Leg | undefined;

  /** Before each tick; `candidate`: who could be passed on now. */
  settle(candidate: Leg | undefined, nowMs: number): void {
    if (candidate !== this.#candidate) {
      this.#candidate = candidate;
      this.#sinceMs = nowMs;
    }
    this.source = nowMs - this.#sinceMs >= calmMs ? candidate : undefined;
  }
}
