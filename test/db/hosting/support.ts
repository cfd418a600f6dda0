import pg from 'pg';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import type { HostBook, Pulse } from '../../../src/actors/ports/host-book.ts';
import type { Cluster } from '../../../src/db/cluster.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { type HostOptions, openHost } from '../../../src/db/hosting/open-host.ts';
import { temporaryCluster } from '../../support/database.ts';

export const pulse: Pulse = { claiming: true, draining: false, load: {} };

/** A database without hosts before each test of a file. */
export function emptyInstallation() {
  let cluster: Cluster;
  let database: Database;
  let operator: pg.Client;
  beforeAll(async () => {
    cluster = await temporaryCluster();
    database = await openDatabase(cluster.url);
    operator = new pg.Client(cluster.url);
    await operator.connect();
  });
  beforeEach(async () => {
    await operator.query('truncate hosting, shard, host');
  });
  afterAll(async () => {
    await operator?.end();
    await database?.close();
    await cluster?.stop();
  });

  const opened = async (host: string, more: Partial<HostOptions> = {}): Promise<HostBook> => {
    const book = await openHost({
      url: cluster.url,
      host,
      worker: 'main',
      kind: 'operator',
      place: 'Helsinki',
      installation: { jobs: 'PostgreSQL' },
      patienceMs: 0,
      ...more,
    });
    onTestFinished(() => book.leave());
    return book;
  };
  /** As if it had been last seen so long ago, having been steady for so long then. */
  const seen = (host: string, secondsAgo: number, steadySeconds = 60) =>
    operator.query(
      `update host set seen_at = clock_timestamp() - make_interval(secs => $2),
         steady_since = clock_timestamp() - make_interval(secs => $2 + $3)
       where incarnation like $1 || '/%'`,
      [host, secondsAgo, steadySeconds],
    );
  return {
    url: () => cluster.url,
    database: () => database,
    query: async <Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []) =>
      (await operator.query<Row>(sql, parameters)).rows,
    opened,
    seen,
    /** One that is long steady. */
    steady: async (host: string, more: Partial<HostOptions> = {}): Promise<HostBook> => {
      const book = await opened(host, more);
      await seen(host, 0);
      return book;
    },
  };
}
