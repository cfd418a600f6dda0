import type { Database } from './database.ts';
import { removeFactsOfEnded } from './facts-repository.ts';

const dayMs = 86_400_000;

/**
 * Removes what has been kept long enough: entries of the audit logs after a year, offers a day after they expired, facts of calls an
 * hour after they ended, what the machines of calls received after 30 days, and pieces of recordings after as long. Those are empty
 * by then, for no recording is kept longer than 7 days after its call, unless nobody knows what they are pieces of.
 */
export async function removeExpired(database: Database): Promise<void> {
  await database.fork().execute(
    `with offers as (delete from offer where expires_at < now() - interval '1 day'),
       hosts as (delete from host_entry where at < now() - interval '1 year'),
       pieces as (delete from segment where stored_at < now() - interval '30 days'),
       events as (delete from call_event where at < now() - interval '30 days'),
       -- One that lives longer goes with the last of its events.
       roots as (delete from call_root where started_at < now() - interval '30 days'
                   and not exists (select from call_event where root_id = call_root.id and at >= now() - interval '30 days'))
     delete from audit_entry where at < now() - interval '1 year'`,
  );
  await removeFactsOfEnded(database);
}

/** Does so now and once a day. `failed` is told why it could not be done on a later day. @returns what ends it */
export async function keepRemovingExpired(
  database: Database,
  failed: (error: unknown) => void,
): Promise<() => Promise<void>> {
  await removeExpired(database);
  let removing = Promise.resolve();
  const daily = setInterval(() => {
    removing = removeExpired(database).catch(failed);
  }, dayMs);
  return async () => {
    clearInterval(daily);
    await removing;
  };
}
