import type { People } from '../actors/ports/people.ts';
import type { UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { PeerEntity } from './entities/peer.ts';
import { PersonEntity, type PersonRow } from './entities/person.ts';
import { UserRepository } from './user-repository.ts';

/** Who people are, in the database; their switches are those of `UserRepository`. */
export class PersonRepository implements People {
  readonly #database: Database;
  readonly #users: UserRepository;
  readonly #chatAccount: UserId;

  constructor(database: Database, chatAccount: UserId) {
    this.#database = database;
    this.#users = new UserRepository(database);
    this.#chatAccount = chatAccount;
  }

  async name(user: UserId): Promise<string | undefined> {
    return (await this.#row(user))?.name ?? undefined;
  }

  async note(user: UserId, about: { readonly name?: string; readonly language?: string }): Promise<void> {
    const { name, language } = about;
    if (name === undefined && language === undefined) return;
    await this.#database.fork().upsert(PersonEntity, {
      id: user,
      ...(name !== undefined && { name }),
      ...(language !== undefined && { telegramLanguage: language }),
    });
    this.#database.rows.forget(`person/${user}`);
  }

  async language(user: UserId): Promise<string | undefined> {
    const row = await this.#row(user);
    return row?.language ?? row?.telegramLanguage ?? undefined;
  }

  async setLanguage(user: UserId, language: string): Promise<void> {
    await this.#users.setLanguage(user, language);
  }

  async callback(user: UserId): Promise<boolean> {
    return (await this.#row(user))?.callback ?? true;
  }

  async hasMet(user: UserId): Promise<boolean> {
    const peer = await this.#database.fork().findOne(PeerEntity, { account: this.#chatAccount, userId: user });
    return peer?.met ?? false;
  }

  #row(user: UserId): Promise<PersonRow | null> {
    const { rows } = this.#database;
    return rows.read(`person/${user}`, () => this.#database.fork().findOne(PersonEntity, { id: user }));
  }
}
