import pg from 'pg';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Lease, leaseParameters, leaseSql } from '../../../src/db/hosting/fence.ts';
import { ShardId } from '../../../src/machines/model/shards.ts';
import { emptyInstallation } from './support.ts';

const { url, database, query, opened, seen, steady } = emptyInstallation();
const shard = ShardId('main/s0');
const sql = `with ${leaseSql} insert into proof select 1 where exists (select from lease) returning 1`;

beforeAll(async () => {
  await query('create table proof (one integer)');
});
beforeEach(async () => {
  await query('delete from proof');
});

const write = async (lease: Lease) =>
  (
    await database()
      .fork()
      .execute<unknown[]>(sql, [...leaseParameters(lease)])
  ).length;

test('an owner writes; with another epoch, or once the shard is another’s or nobody’s, no row is touched', async () => {
  const [a, b] = [await opened('a'), await opened('b')];
  const epoch = (await a.claim(shard))?.epoch ?? 0;
  const lease = { shard, owner: a.incarnation, epoch };
  expect(await write(lease)).toBe(1);
  expect(await write({ ...lease, epoch: epoch + 1 })).toBe(0);
  await a.release(shard, epoch);
  expect(await write(lease)).toBe(0);
  await b.claim(shard);
  expect(await write(lease)).toBe(0);
  expect(await write({ ...lease, owner: b.incarnation })).toBe(0);
});

test('who claims a shard waits for a write that is under way, and so reads it', async () => {
  const [a, b] = [await steady('a'), await steady('b')];
  const epoch = (await a.claim(shard))?.epoch ?? 0;
  await seen('a', 30);
  const writer = new pg.Client(url());
  await writer.connect();
  onTestFinished(() => writer.end());
  let at = 0;
  await writer.query('begin');
  await writer.query(
    sql.replaceAll(/\?/g, () => `$${++at}`),
    [...leaseParameters({ shard, owner: a.incarnation, epoch })],
  );
  let isClaimed = false;
  const claiming = b.claim(shard).then((claim) => {
    isClaimed = true;
    return claim;
  });
  await expect
    .poll(async () => (await query('select from pg_locks where not granted')).length, { timeout: 1_500 })
    .toBeGreaterThan(0);
  expect(isClaimed).toBe(false);
  await writer.query('commit');
  expect(await claiming).toMatchObject({ epoch: epoch + 1 });
  expect(await query('select from proof')).toHaveLength(1);
});
