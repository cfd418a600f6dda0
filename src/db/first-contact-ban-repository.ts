import type { FirstContactBan } from '../actors/ports/first-contact-ban.ts';
import { EpochMs, type UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { ChatAccountEntity } from './entities/chat-account.ts';

/** Telegram's ban on first contacts, in the database. */
export class FirstContactBanRepository implements FirstContactBan {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async until(account: UserId): Promise<EpochMs | undefined> {
    const row = await this.#database.fork().findOne(ChatAccountEntity, { id: account });
    return row?.noFirstContactsUntil ? EpochMs(row.noFirstContactsUntil.getTime()) : undefined;
  }

  async save(account: UserId, until: EpochMs): Promise<void> {
    await this.#database.fork().upsert(ChatAccountEntity, { id: account, noFirstContactsUntil: new Date(until) });
  }
}
