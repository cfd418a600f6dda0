import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ShardId } from '../../../src/machines/model/shards.ts';
import { emptyInstallation, pulse } from './support.ts';

const { url, query, opened, seen } = emptyInstallation();
const shard = ShardId('main/s0');
const refused = { name: 'HostRefused' };
const hosts = async () => (await query<{ n: number }>('select count(*)::int as n from host'))[0]?.n;
const end = (application: string) =>
  query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`, [application]);
const session = (incarnation: string) => `siptg ${incarnation.split('/')[1]}`;

describe('one process per host id', () => {
  test('a second one is refused in words and leaves no row', async () => {
    await opened('a');
    await expect(opened('a')).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/another process runs as host "a" .* give each host an id of its own \(HOST_ID\)/),
    });
    expect(await hosts()).toBe(1);
  });

  test('the next one has it once the first has left, waiting for that', async () => {
    const first = await opened('a');
    const second = opened('a', { patienceMs: 5_000 });
    await first.leave();
    expect((await second).incarnation).not.toBe(first.incarnation);
  });

  /** Whether that run has the lock on its id. */
  const holds = async (incarnation: string) =>
    (
      await query(
        `select from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and granted and application_name = $1`,
        [session(incarnation)],
      )
    ).length === 1;

  /** Another session that waits for the lock on `a` and so has it as soon as its holder is gone. */
  const nextInLine = async (application: string) => {
    const client = new pg.Client({ connectionString: url(), application_name: application });
    client.on('error', () => {});
    await client.connect();
    onTestFinished(() => client.end());
    const taking = client.query(`select pg_advisory_lock(x'686f7374'::int, hashtext('a'))`);
    await expect.poll(() => query('select from pg_locks where not granted')).toHaveLength(1);
    const [own] = await query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`,
      [application],
    );
    return { taking, pid: own?.pid, end: () => client.end() };
  };

  test('one whose session the server ended has it again', async () => {
    const a = await opened('a');
    await end(session(a.incarnation));
    await expect.poll(() => holds(a.incarnation), { timeout: 5_000 }).toBe(true);
    expect(await a.beat(pulse)).toMatchObject({ usurped: false });
  });

  test('one who lost it to another hears so and is not counted, until the other is gone', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    const other = await nextInLine('another');
    await end(session(a.incarnation));
    await other.taking;
    await expect.poll(async () => (await a.beat(pulse)).usurped, { timeout: 5_000 }).toBe(true);
    expect(await b.beat(pulse)).toMatchObject({ others: 0 });
    await other.end();
    await expect.poll(async () => (await a.beat(pulse)).usurped, { timeout: 5_000 }).toBe(false);
    await a.beat(pulse);
    expect(await b.beat(pulse)).toMatchObject({ others: 1 });
  });

  test('an earlier session of one’s own, of whose end the server does not know, is ended', async () => {
    const a = await opened('a');
    const before = await nextInLine(session(a.incarnation));
    await query('select pg_terminate_backend(pid) from pg_locks where locktype = $1 and granted', ['advisory']);
    await before.taking;
    const holder = async () =>
      (await query<{ pid: number }>(`select pid from pg_locks where locktype = 'advisory' and granted`))[0]?.pid;
    expect(await holder()).toBe(before.pid);
    await expect.poll(async () => [before.pid, undefined].includes(await holder()), { timeout: 5_000 }).toBe(false);
    expect(await holds(a.incarnation)).toBe(true);
    expect(await a.beat(pulse)).toMatchObject({ usurped: false });
  });

  test.each(['', 'a/b', 'a b', 'ä', 'x'.repeat(41)])('"%s" is no name of a host', async (name) => {
    await expect(opened(name)).rejects.toMatchObject(refused);
    await expect(opened('a', { worker: name })).rejects.toMatchObject(refused);
  });
});

describe('clocks', () => {
  test.each([
    [180_000, "the clock of this host is 3 minutes ahead of the database's: set both, as by NTP"],
    [-4_000, /^the clock of this host is \d\.\d s behind the database's/],
  ])('%d ms apart are refused with the remedy, and leave no row', async (offsetMs, message) => {
    await expect(opened('a', { now: () => Date.now() + offsetMs })).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(message),
    });
    expect(await hosts()).toBe(0);
    await opened('a', { now: () => Date.now() + offsetMs / 100 });
  });
});

describe('what hosts must agree on', () => {
  test('is at first 16 shards with jobs on PostgreSQL, and 256 on Redis; a second host takes what is there', async () => {
    const a = await opened('a');
    expect(a.shards).toHaveLength(18);
    await a.leave();
    await query('truncate hosting, shard, host');
    expect((await opened('a', { installation: { jobs: 'Redis' } })).shards).toHaveLength(258);
    expect((await opened('b', { worker: 'hel', installation: { jobs: 'Redis' } })).shards).toHaveLength(256);
  });

  test('is changed by nobody while another host runs', async () => {
    await opened('a');
    await expect(opened('b', { installation: { jobs: 'PostgreSQL', shards: 32 } })).rejects.toMatchObject({
      ...refused,
      message:
        'this host wants 32 shards and jobs on PostgreSQL, but a runs with 16 shards and jobs on PostgreSQL: ' +
        'stop all hosts to change it, or configure this one like them',
    });
    await expect(opened('b', { installation: { jobs: 'Redis' } })).rejects.toMatchObject(refused);
    expect(await hosts()).toBe(1);
  });

  test('is changed when all are stopped, and whoever sleeps through it owns nothing', async () => {
    const a = await opened('a');
    await a.claim(shard);
    await seen('a', 20);
    const b = await opened('b', { installation: { jobs: 'Redis', shards: 32 } });
    expect(b.shards).toHaveLength(34);
    expect((await a.beat(pulse)).owned).toEqual([]);
    expect(await b.claim(shard)).toEqual({ epoch: 3, previous: undefined });
  });
});

test('rows of hosts that were silent for a day and own nothing are removed', async () => {
  const [old, owner] = [await opened('old'), await opened('owner')];
  await owner.claim(shard);
  await seen('old', 90_000);
  await seen('owner', 90_000);
  await opened('new');
  const rows = await query<{ incarnation: string }>('select incarnation from host order by 1');
  expect(rows.map(({ incarnation }) => incarnation.split('/')[0])).toEqual(['new', 'owner']);
  await expect(old.beat(pulse)).rejects.toThrow(/restart it/);
});
