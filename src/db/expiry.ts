import type { Database } from './database.ts';

/** Removes what has been kept long enough: entries of the audit log after a year, offers a day after they expired. */
export async function removeExpired(database: Database): Promise<void> {
  await database.fork().execute(
    `with offers as (delete from offer where expires_at < now() - interval '1 day')
     delete from audit_entry where at < now() - interval '1 year'`,
  );
}
