import type { MediaClock } from './clock.ts';

export const tickMs = 20;

/** Later than this, catching up would only burst packets at the peers: time is given up instead. */
const catchUpLimitMs = 60;
const ticksInARow = 3;
const lateMs = 10;

/**
 * The one 20 ms beat of a media thread. Tick k is due at `t0 + k·20 ms`; a late tick runs at once and the next ones
 * without pause until caught up, but beyond 60 ms the beat starts anew from now.
 */
export class Ticker {
  readonly #clock: MediaClock;
  readonly #onTick: (dueMs: number) => void;
  readonly #onSkip: (missedMs: number) => void;
  #dueMs = 0;
  #cancel: (() => void) | undefined;
  ticks = 0;
  lateTicks = 0;
  skips = 0;

  /** `onSkip` hears of given-up time, a multiple of 20 ms, before the tick that follows it. */
  constructor(clock: MediaClock, onTick: (dueMs: number) => void, onSkip: (missedMs: number) => void) {
    this.#clock = clock;
    this.#onTick = onTick;
    this.#onSkip = onSkip;
  }

  start(): void {
    this.#dueMs = this.#clock.nowMs() + tickMs;
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    // A fraction of a millisecond too early would make setTimeout fire before the tick is due: hence the ceiling.
    const waitMs = Math.max(0, Math.ceil(this.#dueMs - this.#clock.nowMs()));
    this.#cancel = this.#clock.schedule(waitMs, () => this.#run());
  }

  #run(): void {
    const lateByMs = this.#clock.nowMs() - this.#dueMs;
    if (lateByMs > catchUpLimitMs) this.#resynchronise(lateByMs);
    for (let run = 0; run < ticksInARow && this.#clock.nowMs() >= this.#dueMs; run++) {
      if (this.#clock.nowMs() - this.#dueMs > lateMs) this.lateTicks++;
      const dueMs = this.#dueMs;
      this.#dueMs += tickMs;
      this.ticks++;
      this.#onTick(dueMs);
      if (this.#cancel === undefined) return;
    }
    this.#arm();
  }

  #resynchronise(lateByMs: number): void {
    const missedMs = Math.floor(lateByMs / tickMs) * tickMs;
    this.#dueMs += missedMs;
    this.skips++;
    this.#onSkip(missedMs);
  }
}
