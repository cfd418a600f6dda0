import type { Hints } from '../actors/ports/hints.ts';
import type { EpochMs, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';

/** When people were last shown a hint, so that “once a day” survives a restart. */
export class HintRepository implements Hints {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async isDue(user: UserId, hint: string, at: EpochMs, pauseMs: number): Promise<boolean> {
    const staleSince = Number.isFinite(pauseMs) ? new Date(at - pauseMs) : '-infinity';
    const rows = await this.#database.fork().execute<unknown[]>(
      `insert into hint (user_id, kind, shown_at) values (?, ?, ?)
       on conflict (user_id, kind) do update set shown_at = excluded.shown_at where hint.shown_at <= ?
       returning 1`,
      [user, hint, new Date(at), staleSince],
    );
    return rows.length > 0;
  }
}
