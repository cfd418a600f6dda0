import { randomUUID } from 'node:crypto';
import type { LoginReply, LoginRequest, LoginRequests, LoginTask } from '../actors/ports/logins.ts';
import type { Database } from './database.ts';
import type { SecretBox } from './secret-box.ts';
import { watch } from './watching.ts';

const channel = 'siptg_logins';
/** Far more than there are hosts. */
const openAtMost = 32;

/** Requests about logins as rows, sealed, for a token lets in whoever has it accepted. */
export class LoginRequestRepository implements LoginRequests {
  readonly #database: Database;
  readonly #box: SecretBox;
  readonly #url: string;

  constructor({ database, box, url }: { readonly database: Database; readonly box: SecretBox; readonly url: string }) {
    this.#database = database;
    this.#box = box;
    this.#url = url;
  }

  async ask(host: string, task: LoginTask, livesMs: number): Promise<string> {
    const id = randomUUID();
    const subject = `${task.kind}/${host}`;
    await this.#execute(
      `with old as (delete from login_request where subject = ? or expires_at < now() - interval '1 day'),
         asked as (
           insert into login_request (id, subject, sealed, expires_at) values (?, ?, ?, now() + ? * interval '1 ms')
         )
       select pg_notify('${channel}', '')`,
      [subject, id, subject, this.#box.seal(JSON.stringify(task), purpose(id, subject)), livesMs],
    );
    return id;
  }

  async reply(id: string): Promise<LoginReply | undefined> {
    const [row] = await this.#execute<Row[]>('select id, subject, answer, refusal from login_request where id = ?', [
      id,
    ]);
    if (row?.answer) return JSON.parse(this.#box.open(row.answer, `${purpose(id, row.subject)}/answer`)) as LoginReply;
    return row?.refusal ? { kind: 'refused', why: row.refusal } : undefined;
  }

  async withdraw(id: string): Promise<void> {
    await this.#execute('delete from login_request where id = ?', [id]);
  }

  async open(by: string, forged: (id: string) => void): Promise<readonly LoginRequest[]> {
    const rows = await this.#execute<Row[]>(
      `select id, subject, sealed from login_request
       where answer is null and taken_by is null and expires_at > now() and not (refused_by @> array[?])
       order by expires_at limit ${openAtMost}`,
      [by],
    );
    const found: LoginRequest[] = [];
    for (const { id, subject, sealed } of rows) {
      const host = subject.slice(subject.indexOf('/') + 1);
      if (host === by) continue;
      try {
        found.push({ id, host, task: JSON.parse(this.#box.open(sealed, purpose(id, subject))) as LoginTask });
      } catch {
        await this.refuse(id, by, 'not sealed with the key of this installation');
        forged(id);
      }
    }
    return found;
  }

  async take(id: string, by: string): Promise<boolean> {
    const rows = await this.#execute<unknown[]>(
      `update login_request set taken_by = ?
       where id = ? and taken_by is null and answer is null and expires_at > now() returning id`,
      [by, id],
    );
    return rows.length > 0;
  }

  async done(id: string, by: string, authorization?: string): Promise<void> {
    const [row] = await this.#execute<Row[]>('select subject from login_request where id = ?', [id]);
    if (!row) return;
    const reply: LoginReply = { kind: 'done', authorization };
    await this.#execute(
      `with done as (update login_request set answer = ? where id = ? and taken_by = ? returning id)
       select pg_notify('${channel}', '') from done`,
      [this.#box.seal(JSON.stringify(reply), `${purpose(id, row.subject)}/answer`), id, by],
    );
  }

  async refuse(id: string, by: string, why: string): Promise<void> {
    await this.#execute(
      `with refused as (
         update login_request set taken_by = null, refused_by = refused_by || ?::text, refusal = ?
         where id = ? and (taken_by is null or taken_by = ?) returning id
       )
       select pg_notify('${channel}', '') from refused`,
      [by, why, id, by],
    );
  }

  async name(host: string, authorization: string): Promise<void> {
    await this.#execute('update login set authorization_hash = ? where host = ? and authorization_hash is null', [
      authorization,
      host,
    ]);
  }

  watch(look: () => void): Promise<() => Promise<void>> {
    return watch(this.#url, { channel, told: look, back: look });
  }

  #execute<Rows extends unknown[] = unknown[]>(statement: string, values: readonly (string | number)[]): Promise<Rows> {
    return this.#database.fork().execute<Rows>(statement, [...values]);
  }
}

interface Row {
  readonly id: string;
  readonly subject: string;
  readonly sealed: string;
  readonly answer: string | null;
  readonly refusal: string | null;
}

/** Binds what is asked to whom it is about. */
const purpose = (id: string, subject: string) => `login_request/${id}/${subject}`;
