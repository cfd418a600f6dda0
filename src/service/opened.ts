import type { Logger } from 'pino';

/** What has been opened so far, to be closed in reverse however far the opening came. */
export class Opened {
  readonly #closes: (() => Promise<void>)[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param close ends within its own time-out */
  closedBy(close: () => Promise<void>): void {
    this.#closes.push(close);
  }

  /** A part that does not close keeps the others from nothing. */
  async close(): Promise<void> {
    for (const close of this.#closes.splice(0).reverse()) {
      await close().catch((error: unknown) => this.#log.error({ err: error }, 'a part did not close'));
    }
  }
}
