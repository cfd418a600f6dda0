import type { UserSettings, Users } from '../actors/ports/users.ts';
import type { UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { PersonEntity, type PersonRow } from './entities/person.ts';

/** People's own switches in the database. */
export class UserRepository implements Users {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async settings(user: UserId): Promise<UserSettings> {
    const row = await this.#database.fork().findOne(PersonEntity, { id: user });
    return { callback: row?.callback ?? true };
  }

  async setCallback(user: UserId, on: boolean): Promise<void> {
    await this.#note({ id: user, callback: on });
  }

  async language(user: UserId): Promise<string | undefined> {
    const row = await this.#database.fork().findOne(PersonEntity, { id: user });
    return row?.language ?? row?.telegramLanguage ?? undefined;
  }

  async noteTelegramLanguage(user: UserId, language: string): Promise<void> {
    await this.#note({ id: user, telegramLanguage: language });
  }

  /** The person's choice, over that of his Telegram; undefined: none. */
  async setLanguage(user: UserId, language: string | undefined): Promise<void> {
    await this.#note({ id: user, language: language ?? null });
  }

  async #note(about: Partial<PersonRow> & Pick<PersonRow, 'id'>): Promise<void> {
    await this.#database.fork().upsert(PersonEntity, about);
    this.#database.rows.forget(`person/${about.id}`);
  }
}
