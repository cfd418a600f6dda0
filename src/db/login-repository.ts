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

  /** @throws WrongSecretKey */
  async session(): Promise<string | undefined> {
    const found = await this.#database.fork().findOne(ChatAccountEntity, { session: { $ne: null } });
    return found?.session ? this.#box.open(found.session, purpose(found.id)) : undefined;
  }

  /** Replaces whatever login there was: one authorization key must not be used twice. */
  async keep(session: string): Promise<void> {
    await this.#database.fork().transactional(async (em) => {
      await em.nativeUpdate(ChatAccountEntity, { session: { $ne: null } }, { session: null });
      await em.upsert(ChatAccountEntity, { id: row, session: this.#box.seal(session, purpose(row)) });
    });
  }
}

/** The login stands in a row of its own: whose account it is, is known only once it is used. */
const row = 'login';

const purpose = (id: string) => `chat_account/${id}/session`;
