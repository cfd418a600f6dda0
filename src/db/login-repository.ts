import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { HostLogin, Login, LoginState } from '../actors/ports/logins.ts';
import type { Database } from './database.ts';
import { ChatAccountEntity } from './entities/chat-account.ts';
import { type SecretBox, WrongSecretKey } from './secret-box.ts';

/** Each host's login of the chat account, sealed: one authorization key must not be used twice. */
export class LoginRepository {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  /**
   * The host's own; the only one of an installation of before belongs to the first host that asks.
   * @throws WrongSecretKey
   */
  async session(host: string): Promise<string | undefined> {
    const [found] = await this.#database
      .fork()
      .execute<{ session: string }[]>(`select session from login where host = ? and state = 'ready'`, [host]);
    return found ? this.#box.open(found.session, purpose(host, 'session')) : this.#takeOver(host);
  }

  /** Replaces the host's login. */
  async keep(host: string, { session, secondFactor, authorization }: Login): Promise<void> {
    await this.#database.fork().transactional(async (em) => {
      await this.#forgetOfBefore(em, host);
      await em.execute(
        `insert into login (host, session, second_factor, authorization_hash) values (?, ?, ?, ?)
         on conflict (host) do update set state = 'ready', made_at = now(), session = excluded.session,
           second_factor = excluded.second_factor, authorization_hash = excluded.authorization_hash`,
        [
          ...[host, this.#box.seal(session, purpose(host, 'session'))],
          secondFactor === undefined ? null : this.#box.seal(secondFactor, purpose(host, 'second_factor')),
          authorization ?? null,
        ],
      );
    });
  }

  /** All of them, the oldest first. */
  async hosts(): Promise<readonly HostLogin[]> {
    const rows = await this.#database
      .fork()
      .execute<Row[]>('select host, state, authorization_hash, made_at from login order by made_at, host');
    return rows.map(({ host, state, authorization_hash: authorization, made_at: madeAt }) => ({
      host,
      state,
      madeAt: new Date(madeAt),
      authorization: authorization ?? undefined,
    }));
  }

  /** Telegram does not accept this login of the host any more. */
  async lose(host: string, session: string): Promise<void> {
    if ((await this.session(host)) !== session) return;
    await this.#database.fork().execute(`update login set state = 'lost' where host = ?`, [host]);
  }

  /** Forgets a host's login. @returns whether there was one */
  async revoke(host: string): Promise<boolean> {
    return this.#database.fork().transactional(async (em) => {
      const [own] = await em.execute<unknown[]>('select from login where host = ?', [host]);
      if (own) await this.#forgetOfBefore(em, host);
      const rows = await em.execute<unknown[]>('delete from login where host = ? returning host', [host]);
      return rows.length > 0;
    });
  }

  /** Of the account, where it was kept with any of its logins. @throws WrongSecretKey */
  async secondFactor(): Promise<string | undefined> {
    const [found] = await this.#database
      .fork()
      .execute<{ host: string; second_factor: string }[]>(
        'select host, second_factor from login where second_factor is not null order by made_at desc limit 1',
      );
    return found && this.#box.open(found.second_factor, purpose(found.host, 'second_factor'));
  }

  /** The row of before stays as it is: a version that is rolled back to finds its login. */
  async #takeOver(host: string): Promise<string | undefined> {
    return this.#database.fork().transactional(async (em) => {
      const session = await this.#ofBefore(em);
      const [taken] = await em.execute<unknown[]>('select from login limit 1');
      if (session === undefined || taken) return undefined;
      await em.execute('insert into login (host, session) values (?, ?)', [
        host,
        this.#box.seal(session, purpose(host, 'session')),
      ]);
      return session;
    });
  }

  /** A login that is replaced or revoked is nobody's, not even of a host that has none. */
  async #forgetOfBefore(em: SqlEntityManager, host: string): Promise<void> {
    const logins = await em.execute<{ host: string; session: string }[]>('select host, session from login for update');
    const own = logins.find((login) => login.host === host);
    if (logins.length > 0 && (!own || !(await this.#isOfBefore(em, host, own.session)))) return;
    await em.nativeUpdate(ChatAccountEntity, { id: rowOfBefore }, { session: null });
  }

  async #isOfBefore(em: SqlEntityManager, host: string, sealed: string): Promise<boolean> {
    try {
      return (await this.#ofBefore(em)) === this.#box.open(sealed, purpose(host, 'session'));
    } catch (error) {
      // What another key sealed is of no use to anybody.
      if (error instanceof WrongSecretKey) return true;
      throw error;
    }
  }

  /** Whoever reads it is alone with it until the end of the transaction. */
  async #ofBefore(em: SqlEntityManager): Promise<string | undefined> {
    const [found] = await em.execute<{ session: string | null }[]>(
      'select session from chat_account where id = ? for update',
      [rowOfBefore],
    );
    return found?.session ? this.#box.open(found.session, `chat_account/${rowOfBefore}/session`) : undefined;
  }
}

interface Row {
  readonly host: string;
  readonly state: LoginState;
  readonly authorization_hash: string | null;
  readonly made_at: string;
}

/** Where installations of one host had theirs. */
const rowOfBefore = 'login';

const purpose = (host: string, column: 'session' | 'second_factor') => `login/${host}/${column}`;
