import type { Dialogue, Dialogues } from '../actors/ports/dialogues.ts';
import type { UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { DialogueEntity } from './entities/dialogue.ts';

/** Where people are in the settings bot, in the database. */
export class DialogueRepository implements Dialogues {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(user: UserId): Promise<Dialogue> {
    const row = await this.#database.fork().findOne(DialogueEntity, { userId: user });
    return {
      screenMessage: row?.screenMessage ?? undefined,
      question: row?.question ?? undefined,
      picking: row?.picking ?? undefined,
    };
  }

  async save(user: UserId, { screenMessage, question, picking }: Dialogue): Promise<void> {
    await this.#database.fork().upsert(DialogueEntity, {
      userId: user,
      screenMessage: screenMessage ?? null,
      question: question ?? null,
      picking: picking ?? null,
    });
  }
}
