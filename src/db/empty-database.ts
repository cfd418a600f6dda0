import pg from 'pg';

/** Removes everything: the sandbox's world starts anew with each process, and what was stored of the last one is false. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // Of a query or of connecting: that rejects, too.
  await client.connect();
  try {
    await client.query('drop schema public cascade; create schema public');
  } finally {
    await client.end();
  }
}
