import type { Database } from './database.ts';
import { ChatAccountEntity } from './entities/chat-account.ts';
import type { SecretBox } from './secret-box.ts';

/** Where the chat account's session string is kept, sealed. The installation has one. */
export class LoginRepository {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  async session(): Promise<string | undefined> {
    const row = await this.#database.fork().findOne(ChatAccountEntity, { session: { $ne: null } });
    return row?.session ? this.#box.open(row.session, `chat_account/${row.id}/session`) : undefined;
  }

  /** Replaces whatever login there was: one authorization key must not be used twice. */
  async keep(account: string, session: string): Promise<void> {
    const em = this.#database.fork();
    await em.nativeUpdate(ChatAccountEntity, { session: { $ne: null } }, { session: null });
    await em.upsert(ChatAccountEntity, {
      id: account,
      session: this.#box.seal(session, `chat_account/${account}/session`),
    });
  }
}
