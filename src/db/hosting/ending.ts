import type pg from 'pg';

const patienceMs = 1_000;

/** Takes at most a second, also when the server says nothing any more. */
export async function endClient(client: pg.Client): Promise<void> {
  const late = setTimeout(() => client.connection.stream.destroy(), patienceMs);
  await client.end().catch(() => {});
  clearTimeout(late);
}

/** Takes at most a second; connections whose server says nothing any more end with the process. */
export async function endPool(pool: pg.Pool): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patienceMs);
  await Promise.race([pool.end().catch(() => {}), late]);
  clearTimeout(timer);
}
