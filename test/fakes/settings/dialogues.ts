import type { Deadline } from '../../../src/actors/ports/deadlines.ts';
import type { Dialogues } from '../../../src/actors/ports/dialogues.ts';
import type { UserId } from '../../../src/machines/model/ids.ts';
import {
  answerIsDueAt,
  answerKind,
  dialogueAddressPrefix,
  type Whereabouts,
} from '../../../src/machines/model/settings-dialogue.ts';

/** Remembers where everybody is, and how often it was told so. */
export class MemoryDialogues implements Dialogues {
  saved = 0;
  readonly #dialogues = new Map<UserId, Whereabouts>();

  async of(user: UserId) {
    return (
      this.#dialogues.get(user) ?? {
        screenMessage: undefined,
        question: undefined,
        picking: undefined,
        givenUp: undefined,
      }
    );
  }

  async save(user: UserId, whereabouts: Whereabouts) {
    this.saved += 1;
    this.#dialogues.set(user, whereabouts);
  }

  /** Of the questions that are open. */
  get deadlines(): readonly Deadline[] {
    return [...this.#dialogues].flatMap(([user, { question }]) =>
      question
        ? [{ address: `${dialogueAddressPrefix}${user}`, kind: answerKind, dueAt: answerIsDueAt(question) }]
        : [],
    );
  }
}
