import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../src/db/cluster.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import { PersonRepository } from '../../src/db/person-repository.ts';
import { PlanRepository } from '../../src/db/plan-repository.ts';
import { RowCache } from '../../src/db/row-cache.ts';
import { keepRows } from '../../src/db/row-changes.ts';
import { SecretBox } from '../../src/db/secret-box.ts';
import { UserRepository } from '../../src/db/user-repository.ts';
import { WorkerRepository } from '../../src/db/worker-repository.ts';
import { EpochMs, UserId } from '../../src/machines/model/ids.ts';
import { temporaryCluster } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let cluster: Cluster;
let here: Database;
let elsewhere: Database;
beforeAll(async () => {
  cluster = await temporaryCluster();
  here = await openDatabase(cluster.url);
  elsewhere = await openDatabase(cluster.url);
});
afterAll(async () => {
  await here?.close();
  await elsewhere?.close();
  await cluster?.stop();
});

const olga = UserId('1001');
const uwe = UserId('1002');
const chatAccount = UserId('1');

function counted(value: () => string) {
  let loads = 0;
  return {
    load: async () => {
      loads += 1;
      return value();
    },
    get loads() {
      return loads;
    },
  };
}

test('while nobody hears of changes everything is read each time', async () => {
  const rows = new RowCache();
  const source = counted(() => 'a');
  await rows.read('x', source.load);
  await rows.read('x', source.load);
  expect(source.loads).toBe(2);
});

test('what is kept is read once, by many at a time too, until it is forgotten', async () => {
  const rows = new RowCache();
  rows.hear(true);
  let value = 'old';
  const source = counted(() => value);
  expect(await Promise.all([rows.read('x', source.load), rows.read('x', source.load)])).toEqual(['old', 'old']);
  expect(source.loads).toBe(1);
  value = 'new';
  rows.forget('y');
  expect(await rows.read('x', source.load)).toBe('old');
  rows.forget('x');
  expect(await rows.read('x', source.load)).toBe('new');
});

test('what changes while it is read is not kept', async () => {
  const rows = new RowCache();
  rows.hear(true);
  const { promise, resolve } = Promise.withResolvers<string>();
  const early = rows.read('x', () => promise);
  rows.forget('x');
  resolve('old');
  expect(await early).toBe('old');
  expect(await rows.read('x', async () => 'new')).toBe('new');
});

test('a read that fails is not kept, and what is kept goes when hearing ends', async () => {
  const rows = new RowCache();
  rows.hear(true);
  await expect(rows.read('x', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await rows.read('x', async () => 'a')).toBe('a');
  rows.hear(false);
  expect(await rows.read('x', async () => 'b')).toBe('b');
});

test('what another process writes is seen, and what this one writes is seen at once', async () => {
  const end = await keepRows(cluster.url, here.rows);
  try {
    const people = new PersonRepository(here, chatAccount);
    expect(await people.callback(olga)).toBe(true);
    await new UserRepository(here).setCallback(olga, false);
    expect(await people.callback(olga)).toBe(false);
    await new UserRepository(elsewhere).setLanguage(olga, 'uk');
    await eventually(async () => expect(await people.language(olga)).toBe('uk'));

    const plans = new PlanRepository(here, here.rows);
    expect(await plans.assigned(olga)).toBeUndefined();
    await new PlanRepository(elsewhere).setPlan(olga, 'gold');
    await eventually(async () => expect(await plans.assigned(olga)).toBe('gold'));

    const workers = new WorkerRepository(here);
    expect(await workers.all()).toEqual([]);
    await new WorkerRepository(elsewhere).put({
      ...{ id: 'w', kind: 'official', owner: undefined, name: 'W', place: '', free: true, load: 0 },
      seenAt: EpochMs(0),
      switchedOff: false,
    });
    await eventually(async () => expect(await workers.all()).toHaveLength(1));
  } finally {
    await end();
  }
});

test('lines are shown as they are: at once after changes of this process, and soon after those of another', async () => {
  const end = await keepRows(cluster.url, here.rows);
  try {
    const box = new SecretBox(Buffer.alloc(32));
    const [book, other] = [new LineBookRepository(here, box), new LineBookRepository(elsewhere, box)];
    expect(await book.of(olga)).toEqual([]);
    const { id } = await book.create(olga, {
      name: 'Office',
      codecs: ['alaw'],
      dtmfMethods: ['info'],
      recording: false,
      recordingsChat: undefined,
      quietHours: undefined,
      pendingSince: undefined,
    });
    expect(await book.of(olga)).toMatchObject([{ name: 'Office' }]);
    await book.change(olga, id, { name: 'Desk' });
    expect(await book.find(id)).toMatchObject({ name: 'Desk' });
    expect(await book.of(olga)).toMatchObject([{ name: 'Desk' }]);
    expect(await book.of(uwe)).toEqual([]);

    await other.handOver(olga, id, uwe);
    await eventually(async () => {
      expect(await book.of(uwe)).toMatchObject([{ owner: uwe }]);
      expect(await book.of(olga)).toEqual([]);
      expect(await book.formerOf(olga)).toHaveLength(1);
      expect(await book.find(id)).toMatchObject({ owner: uwe, formerOwner: olga });
    });
    await book.takeBack(olga, id);
    expect(await book.of(uwe)).toEqual([]);
    await other.remove(olga, id);
    await eventually(async () => expect(await book.find(id)).toBeUndefined());
    expect(await book.of(olga)).toEqual([]);
  } finally {
    await end();
  }
});
