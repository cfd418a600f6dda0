import pg from 'pg';

const channel = 'siptg_lines';

/** Tells every process on this database that lines were added, changed or removed. */
export async function announceLineChange(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(`notify ${channel}`);
  } finally {
    await client.end();
  }
}

/**
 * Calls back at each change of lines, and after every reconnection, since changes meanwhile went unheard.
 * Returns the end of watching.
 */
export async function watchLineChanges(url: string, onChange: () => void): Promise<() => Promise<void>> {
  let ended = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
    next.on('notification', onChange);
    next.once('error', () => {
      if (ended || client !== next) return;
      client = undefined;
      reconnect();
    });
    await next.connect();
    await next.query(`listen ${channel}`);
    client = next;
  };
  const reconnect = (): void => {
    retry = setTimeout(() => {
      connect().then(onChange, reconnect);
    }, 2_000);
  };
  await connect();
  return async () => {
    ended = true;
    clearTimeout(retry);
    await client?.end();
  };
}
