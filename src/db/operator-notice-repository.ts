import type { OperatorNotice, OperatorNotices } from '../actors/ports/operator-notices.ts';
import { UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { lineChannel } from './line-changes.ts';

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly text: string;
}

/** What the operator says to owners, in the database; running services hear of it as of a change of lines. */
export class OperatorNoticeRepository implements OperatorNotices {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(to: UserId | undefined, text: string): Promise<number> {
    const rows = await this.#database.fork().execute<unknown[]>(
      `with put as (
         insert into operator_notice (user_id, text)
         select person, ? from (${to === undefined ? 'select distinct owner_id from line' : 'select ?'}) as people (person)
         returning 1
       )
       select pg_notify('${lineChannel}', '') from put`,
      to === undefined ? [text] : [text, to],
    );
    return rows.length;
  }

  async open(limit: number): Promise<readonly OperatorNotice[]> {
    const rows = await this.#database
      .fork()
      .execute<Row[]>('select id, user_id, text from operator_notice order by id limit ?', [limit]);
    return rows.map(({ id, user_id: to, text }) => ({ id: String(id), to: UserId(to), text }));
  }

  async done(id: string): Promise<void> {
    await this.#database.fork().execute('delete from operator_notice where id = ?', [id]);
  }
}
