import type { Polling } from './polling.ts';

/** Reading of updates that begins and ends as the bot comes to this host and goes to another. */
export class Reading {
  readonly #make: () => Polling;
  #polling: Polling | undefined;
  #ending: Promise<void> = Promise.resolve();

  constructor(make: () => Polling) {
    this.#make = make;
  }

  get isReading(): boolean {
    return this.#polling?.isReading ?? false;
  }

  /** Between `begin` and `end`. */
  get isHere(): boolean {
    return this.#polling !== undefined;
  }

  begin(): void {
    if (this.#polling) return;
    const polling = this.#make();
    this.#polling = polling;
    // Two that read at once answer each other's requests with 409.
    void this.#ending.then(() => {
      if (this.#polling === polling) polling.start();
    });
  }

  async end(): Promise<void> {
    const polling = this.#polling;
    this.#polling = undefined;
    if (polling) this.#ending = Promise.all([this.#ending, polling.stop()]).then(() => {});
    await this.#ending;
  }
}
