import pg from 'pg';

export interface Watch {
  readonly channel: string;
  /** Something was announced. */
  readonly told: (payload: string) => void;
  /** The connection is there again: what was announced meanwhile went unheard. */
  readonly back: () => void;
  /** Nothing is heard until `back`. */
  readonly lost?: () => void;
}

const timeouts = { connectionTimeoutMillis: 5_000, query_timeout: 5_000 };

/** Listens to a channel of the database over a connection of its own. Returns the end of it. @throws when it cannot begin */
export async function watch(url: string, { channel, told, back, lost }: Watch): Promise<() => Promise<void>> {
  let ended = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, ...timeouts, keepAlive: true });
    next.on('notification', ({ payload = '' }) => told(payload));
    // A restarting server is reported twice: as its farewell (57P01), and as the loss of the connection.
    next.on('error', () => drop(next));
    next.once('end', () => {
      if (client === next) reconnect();
    });
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
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
    lost?.();
    retry = setTimeout(() => {
      connect().then(() => ended || back(), reconnect);
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
