import type { Dialogues } from '../actors/ports/dialogues.ts';
import type { UserId } from '../machines/model/ids.ts';
import {
  answerIsDueAt,
  answerKind,
  dialogueAddressPrefix,
  type Whereabouts,
} from '../machines/model/settings-dialogue.ts';
import type { Database } from './database.ts';
import { DialogueEntity } from './entities/dialogue.ts';

/** Where people are in the settings bot, in the database. */
export class DialogueRepository implements Dialogues {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(user: UserId): Promise<Whereabouts> {
    const row = await this.#database.fork().findOne(DialogueEntity, { userId: user });
    return {
      screenMessage: row?.screenMessage ?? undefined,
      question: row?.question ?? undefined,
      picking: row?.picking ?? undefined,
      givenUp: row?.givenUp ?? undefined,
    };
  }

  /** One statement, so that no end of the process comes between a question and its deadline. */
  async save(user: UserId, { screenMessage, question, picking, givenUp }: Whereabouts): Promise<void> {
    const dueAt = question && new Date(answerIsDueAt(question));
    const address = `${dialogueAddressPrefix}${user}`;
    await this.#database.fork().execute(
      `with due as (${dueAt ? newDeadline : noDeadline})
       insert into dialogue (user_id, screen_message, question, picking, given_up)
       values (?, ?, ?::jsonb, ?::jsonb, ?::jsonb)
       on conflict (user_id) do update set
         screen_message = excluded.screen_message, question = excluded.question, picking = excluded.picking,
         given_up = excluded.given_up`,
      [
        ...[address, answerKind, ...(dueAt ? [dueAt] : [])],
        ...[user, screenMessage ?? null, jsonOf(question), jsonOf(picking), jsonOf(givenUp)],
      ],
    );
  }
}

const newDeadline = `insert into deadline (address, kind, due_at) values (?, ?, ?)
  on conflict (address, kind) do update set due_at = excluded.due_at`;
const noDeadline = 'delete from deadline where address = ? and kind = ?';

const jsonOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
