import pg from 'pg';

/** Notified in the statement that adds, changes or removes a line. */
export const lineChannel = 'siptg_lines';
const timeouts = { connectionTimeoutMillis: 5_000, query_timeout: 5_000 };

/**
 * Calls back at each change of lines, and after every reconnection, since changes meanwhile went unheard.
 * Returns the end of watching.
 */
export async function watchLineChanges(url: string, onChange: () => void): Promise<() => Promise<void>> {
  let ended = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, ...timeouts, keepAlive: true });
    next.on('notification', onChange);
    // A restarting server is reported twice: as its farewell (57P01), and as the loss of the connection.
    next.on('error', () => drop(next));
    next.once('end', () => {
      if (client === next) reconnect();
    });
    try {
      await next.connect();
      await next.query(`listen ${lineChannel}`);
    } catch (error) {
      drop(next);
      throw error;
    }
    if (ended) return drop(next);
    client = next;
  };
  const reconnect = (): void => {
    client = undefined;
    if (ended) return;
    retry = setTimeout(() => {
      connect().then(() => ended || onChange(), reconnect);
    }, 2_000);
  };
  await connect();
  return async () => {
    ended = true;
    clearTimeout(retry);
    await client?.end();
  };
}

const drop = (client: pg.Client): void => void client.end().catch(() => {});
