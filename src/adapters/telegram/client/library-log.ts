import type { Logger as Pino } from 'pino';
import { Logger } from 'telegram/extensions/index.js';

/**
 * The library's words, sent to our log one step quieter than it says them: it warns of every reconnection and prints
 * its version to stdout otherwise.
 */
export class LibraryLog extends Logger {
  readonly #log: Pino;

  constructor(log: Pino) {
    super();
    this.#log = log;
  }

  /** The library also asks this before it prints errors to the console by itself. */
  override canSend() {
    return false;
  }
  override debug() {}
  override info(message: string) {
    this.#log.debug(readable(message));
  }
  override warn(message: string) {
    this.#log.debug(readable(message));
  }
  override error(message: string) {
    this.#log.info({ reason: readable(message) }, 'telegram library');
  }
}

/** It appends raw bytes of answers that nobody waits for any more; they may hold message texts. */
const readable = (message: string) =>
  String(message)
    .replace(/(without parent request):.*/s, '$1')
    .slice(0, 200);
