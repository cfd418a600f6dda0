import type { HostClock } from '../ports/host-clock.ts';

/** Does something again and again, never twice at once, until it is stopped. */
export class Repetition {
  readonly #clock: HostClock;
  readonly #work: () => Promise<number>;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  /** @param work must not throw; resolves to the pause until the next time, in milliseconds */
  constructor(clock: HostClock, work: () => Promise<number>) {
    this.#clock = clock;
    this.#work = work;
  }

  /** Begins, or does it now instead of after the pause. */
  now(): void {
    if (this.#isStopped || this.#running) return;
    this.#cancel?.();
    this.#running = this.#once();
  }

  /** Resolves when what was being done is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
  }

  async #once(): Promise<void> {
    const pauseMs = await this.#work();
    this.#running = undefined;
    if (this.#isStopped) return;
    this.#cancel = this.#clock.after(pauseMs, () => this.now());
  }
}
