import type { Hints } from '../../../src/actors/ports/hints.ts';
import type { EpochMs, UserId } from '../../../src/machines/model/ids.ts';

/** Remembers every hint. */
export class MemoryHints implements Hints {
  readonly #shown = new Map<string, number>();

  async isDue(user: UserId, hint: string, at: EpochMs, pauseMs: number) {
    const key = `${user} ${hint}`;
    const before = this.#shown.get(key);
    if (before !== undefined && before > at - pauseMs) return false;
    this.#shown.set(key, at);
    return true;
  }
}
