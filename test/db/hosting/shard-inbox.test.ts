import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Letter } from '../../../src/actors/ports/shard-inbox.ts';
import type { Cluster } from '../../../src/db/cluster.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { letterChannel, ShardInboxRepository } from '../../../src/db/hosting/shard-inbox-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { EpochMs, UserId } from '../../../src/machines/model/ids.ts';
import { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';
import { temporaryCluster } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

const [first, second] = [ShardId('main/s0'), ShardId('main/s1')];
const letter: Letter = {
  kind: 'message',
  message: { userId: UserId('7'), messageId: 1, kind: 'text', text: '+4930123', sentAt: EpochMs(1) },
};
const host = Incarnation('a/1');

let cluster: Cluster;
let database: Database;
let operator: pg.Client;
let inbox: ShardInboxRepository;
beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  operator = new pg.Client(cluster.url);
  await operator.connect();
  inbox = new ShardInboxRepository(database, new SecretBox(Buffer.alloc(32, 1)));
});
beforeEach(async () => void (await operator.query('truncate shard_inbox')));
afterAll(async () => {
  await operator?.end();
  await database?.close();
  await cluster?.stop();
});

const open = (shards: readonly ShardId[], except: readonly string[] = []) =>
  inbox.open(shards, 10, except, (id, error) => {
    throw new Error(id, { cause: error });
  });

test('letters come out as they went in, oldest first, for the shards that are asked for', async () => {
  await inbox.put({ id: 'b', shard: first, letter, expiresAt: EpochMs(1_800_000_000_123) });
  await inbox.put({ id: 'a', shard: first, letter });
  await inbox.put({ id: 'c', shard: second, letter });
  expect(await open([first])).toEqual([
    { id: 'b', shard: first, letter, expiresAt: 1_800_000_000_123, begunBy: undefined },
    { id: 'a', shard: first, letter, begunBy: undefined },
  ]);
  expect((await open([first, second], ['b'])).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(await open([])).toEqual([]);
});

test('a new one is announced with its shard, a repeat is nothing, also after it was done', async () => {
  const told: string[] = [];
  operator.on('notification', ({ payload = '' }) => told.push(payload));
  await operator.query(`listen ${letterChannel}`);
  await inbox.put({ id: 'a', shard: first, letter });
  await inbox.put({ id: 'a', shard: first, letter });
  await inbox.done('a');
  await inbox.put({ id: 'a', shard: first, letter });
  await inbox.put({ id: 'b', shard: second, letter });
  await eventually(() => expect(told).toEqual([first, second]));
  expect(await open([first])).toEqual([]);
});

test('one host begins it, whoever else tries', async () => {
  await inbox.put({ id: 'a', shard: first, letter });
  const begun = await Promise.all(['a/1', 'b/1', 'c/1'].map((by) => inbox.begin('a', Incarnation(by))));
  expect(begun.filter(Boolean)).toHaveLength(1);
  await inbox.put({ id: 'd', shard: first, letter });
  await inbox.done('d');
  expect(await inbox.begin('d', host)).toBe(false);
});

test('numbers and words stand there sealed, and not at all when it is done', async () => {
  await inbox.put({ id: 'a', shard: first, letter });
  const stored = async () =>
    (await operator.query<{ letter: string }>('select letter from shard_inbox')).rows[0]?.letter;
  expect(await stored()).not.toMatch(/4930123|message/);
  await inbox.done('a');
  expect(await stored()).toBe('');
});

test('what was sealed with another key is told and left out', async () => {
  await inbox.put({ id: 'a', shard: first, letter });
  const unreadable: string[] = [];
  const other = new ShardInboxRepository(database, new SecretBox(Buffer.alloc(32, 2)));
  expect(await other.open([first], 10, [], (id) => void unreadable.push(id))).toEqual([]);
  expect(unreadable).toEqual(['a']);
});

test('what was done is forgotten after a day', async () => {
  await inbox.put({ id: 'a', shard: first, letter });
  await inbox.done('a');
  await operator.query(`update shard_inbox set done_at = now() - interval '25 hours'`);
  await inbox.put({ id: 'b', shard: first, letter });
  await inbox.done('b');
  const { rows } = await operator.query('select id from shard_inbox');
  expect(rows).toEqual([{ id: 'b' }]);
});
