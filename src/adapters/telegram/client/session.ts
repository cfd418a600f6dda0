import { StringSession } from 'telegram/sessions/index.js';

/**
 * A session that remembers nobody and shows its owner everything.
 *
 * The library hands every update container and every result to `processEntities`, in order of arrival and before its own
 * dispatch, which runs updates side by side and drops the list of users. So this is where updates are read. Its own
 * memory of users would grow by one entry per user and update, for ever.
 */
export class TappedSession extends StringSession {
  readonly #tap: (object: unknown) => void;

  /** @param tap must not throw: it runs inside the library's receive loop and inside `invoke` */
  constructor(saved: string, tap: (object: unknown) => void) {
    super(saved);
    this.#tap = tap;
  }

  override processEntities(object: unknown) {
    this.#tap(object);
  }
}
