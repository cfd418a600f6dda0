import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { watchLineChanges } from '../../src/db/line-changes.ts';
import { temporaryCluster } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let operator: pg.Client;

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  operator = new pg.Client(cluster.url);
  await operator.connect();
});
afterAll(async () => {
  await operator?.end();
  await database?.close();
  await cluster?.stop();
});

const others = `from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`;
const listeners = async () =>
  (await operator.query(`select 1 ${others} and query = 'listen siptg_lines'`)).rowCount ?? 0;

/** As a restart of PostgreSQL does. A connection's error that nobody handles fails the test run. */
const cutEveryConnection = () => operator.query(`select pg_terminate_backend(pid) ${others}`);

test('idle connections that the server ends are made anew', async () => {
  const pool = (await database.fork().getConnection().getNativeClient()) as pg.Pool;
  await Promise.all([1, 2, 3].map(() => database.fork().execute('select 1')));
  expect(pool.idleCount).toBe(3);
  await cutEveryConnection();
  // The server has forgotten them before its word of that is read here; a statement in between would be lost with them.
  await eventually(() => expect(pool.totalCount).toBe(0));
  expect(await database.fork().execute('select 1 as one')).toEqual([{ one: 1 }]);
});

test('a statement that is cut off is reported and not repeated, and the next one has a new connection', async () => {
  await operator.query('create sequence attempts');
  const cutOff = database.fork().execute(`select nextval('attempts'), pg_sleep(60)`);
  cutOff.catch(() => {});
  await eventually(async () =>
    expect((await operator.query('select is_called from attempts')).rows[0]).toEqual({ is_called: true }),
  );
  await cutEveryConnection();
  await expect(cutOff).rejects.toThrow('terminating connection');
  expect(await database.fork().execute(`select nextval('attempts')::int as next`)).toEqual([{ next: 2 }]);
});

test('watching goes on after the server ended its connection, and says once that something may have changed', async () => {
  const onChange = vi.fn<() => void>();
  const unwatch = await watchLineChanges(cluster.url, onChange);
  await cutEveryConnection();
  await eventually(() => expect(onChange).toHaveBeenCalledTimes(1));
  expect(await listeners()).toBe(1);
  await operator.query('notify siptg_lines');
  await eventually(() => expect(onChange).toHaveBeenCalledTimes(2));
  await unwatch();
  await eventually(async () => expect(await listeners()).toBe(0));
});

test('what is not watched any more is not connected again', async () => {
  const onChange = vi.fn<() => void>();
  const unwatch = await watchLineChanges(cluster.url, onChange);
  await cutEveryConnection();
  await unwatch();
  await operator.query('notify siptg_lines');
  await eventually(async () => expect(await listeners()).toBe(0));
  expect(onChange).not.toHaveBeenCalled();
});

test('a server that refuses is reported, and no connection is left', async () => {
  await expect(watchLineChanges(cluster.url.replace(/\/postgres$/, '/nowhere'), () => {})).rejects.toThrow('nowhere');
  expect(await listeners()).toBe(0);
});
