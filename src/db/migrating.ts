import pg from 'pg';
import { DatabaseUnavailable, hostOf } from './database-unavailable.ts';

/** Any number, as long as nobody else in this database uses it for his locks: the bytes of “migr”. */
const lock = 0x6d696772;
/** For a migration by another host that starts at the same time. */
const patienceMs = 60_000;

/**
 * Migrates while nobody else does: the migrator itself takes no lock, and two of them would both make the first table.
 * @param known names of this version's migrations
 * @throws DatabaseUnavailable when a newer version has migrated the database: it may have given columns another meaning
 */
export async function oneAtATime(
  url: string,
  known: readonly string[],
  migrate: () => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: patienceMs });
  client.on('error', () => {}); // Of a query or of connecting: that rejects, too.
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lock]);
    await refuseNewer(client, known, url);
    await migrate();
  } finally {
    // The lock ends with the session.
    await client.end();
  }
}

async function refuseNewer(client: pg.Client, known: readonly string[], url: string): Promise<void> {
  const { rows: tables } = await client.query<{ at: string | null }>(
    `select to_regclass('mikro_orm_migrations') as at`,
  );
  if (!tables[0]?.at) return;
  const { rows } = await client.query<{ name: string }>('select name from mikro_orm_migrations order by id');
  const unknown = rows.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new DatabaseUnavailable(
    `the database at ${hostOf(url)} was set up by a newer version of siptg (${unknown.join(', ')}): ` +
      'start that version or a later one, or restore the back-up from before its first start (docs/operating.md)',
  );
}
