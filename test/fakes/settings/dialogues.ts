import type { Dialogue, Dialogues } from '../../../src/actors/ports/dialogues.ts';
import type { UserId } from '../../../src/machines/model/ids.ts';

/** Remembers where everybody is, and how often it was told so. */
export class MemoryDialogues implements Dialogues {
  saved = 0;
  readonly #dialogues = new Map<UserId, Dialogue>();

  async of(user: UserId) {
    return this.#dialogues.get(user) ?? { screenMessage: undefined, question: undefined, picking: undefined };
  }

  async save(user: UserId, dialogue: Dialogue) {
    this.saved += 1;
    this.#dialogues.set(user, dialogue);
  }
}
