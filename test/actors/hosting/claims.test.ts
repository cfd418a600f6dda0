import { expect, test } from 'vitest';
import type { ShardId } from '../../../src/machines/model/shards.ts';
import { first, host, second } from './host.ts';

test('a lost lock with a fresh row ends nothing, and the job is taken again', async () => {
  const { clock, locks, lost, may, shards } = await host();
  locks.forgetLocks();
  await clock.advance(4_000);
  expect(lost).toEqual([]);
  expect(may()).toEqual(shards);
  expect([...locks.held].map(({ shard }) => shard).toSorted()).toEqual([...shards].toSorted());
});

test('a host at its share takes the job of its own shard again, though another’s is before it in line', async () => {
  const { clock, locks, mine, gained } = await host({ others: 1 });
  locks.comesBack = true;
  locks.forgetLock(first);
  await clock.advance(4_000);
  expect(mine()).toHaveLength(3);
  expect(gained).toHaveLength(3);
  expect([...locks.held].map(({ shard }) => shard)).toContain(first);
});

test('so does one above its share whose shards are in use', async () => {
  const { clock, book, locks, busy, shards } = await host();
  for (const shard of shards) busy.add(shard);
  book.others = 1;
  locks.forgetLock(first);
  await clock.advance(4_000);
  expect(locks.held.size).toBe(6);
});

test('a shard that was another’s between two beats is not the one it was', async () => {
  const { clock, book, locks, gained, lost, ownership } = await host();
  // The beats before the job comes do not see it.
  book.takenByAnother(first);
  book.rows.set(first, { owner: book.incarnation, epoch: 1 });
  locks.forgetLock(first);
  const claim = book.claim.bind(book);
  book.claim = async (shard) => {
    book.rows.set(shard, { owner: null, epoch: 2 });
    return claim(shard);
  };
  await clock.advance(3_000);
  expect(lost).toEqual([[first, 'taken']]);
  expect(gained).toHaveLength(7);
  expect(ownership.owned(first)).toMatchObject({ epoch: 3 });
});

test('a lost lock while the database is away: fenced, nothing ended, until the database has said whose it is', async () => {
  const { clock, book, locks, lost, may, shards } = await host();
  book.isAway = true;
  await clock.advance(6_000);
  locks.forgetLocks();
  locks.waiting.length = 0;
  await clock.advance(7_000);
  expect(may()).toEqual([]);
  expect(lost).toEqual([]);
  book.takenByAnother(first);
  book.isAway = false;
  await clock.advance(1_500);
  expect(lost).toEqual([[first, 'taken']]);
  expect(may()).toEqual(shards.slice(1));
});

test('after a minute of that it is given up', async () => {
  const { clock, book, locks, lost, shards } = await host();
  book.isAway = true;
  await clock.advance(6_000);
  locks.forgetLocks();
  locks.waiting.length = 0;
  await clock.advance(59_000);
  expect(lost).toEqual([]);
  await clock.advance(5_000);
  expect(lost).toEqual(shards.map((shard) => [shard, 'taken']));
});

test('a doubt that the database has removed does not count in its next absence', async () => {
  const { clock, book, locks, lost } = await host();
  book.isAway = true;
  await clock.advance(6_000);
  locks.forgetLocks();
  locks.waiting.length = 0;
  await clock.advance(3_000);
  book.isAway = false;
  await clock.advance(70_000);
  book.isAway = true;
  await clock.advance(3_000);
  expect(lost).toEqual([]);
});

test('a shard whose row is another’s is dropped at the next beat; so is one whose write was refused, at once', async () => {
  const { clock, book, ownership, lost } = await host();
  book.takenByAnother(first);
  await clock.advance(1_000);
  expect(lost).toEqual([[first, 'taken']]);
  const { epoch } = ownership.owned(second) ?? { epoch: 0 };
  ownership.refused(second, epoch - 1);
  expect(lost).toHaveLength(1);
  book.takenByAnother(second);
  ownership.refused(second, epoch);
  expect(lost).toEqual([
    [first, 'taken'],
    [second, 'taken'],
  ]);
});

test('a shard whose owner lives is put off, and not held', async () => {
  const { clock, book, locks, mine } = await host({ others: 1 });
  const theirs = book.shards[5] as ShardId;
  book.takenByAnother(theirs);
  book.others = 0;
  await clock.advance(3_000);
  expect(locks.postponed.map(({ shard }) => shard)).toEqual([theirs]);
  expect(mine()).not.toContain(theirs);
});

test('a claim that failed is put off, and its row is freed if it was ours after all', async () => {
  const { clock, book, locks, mine, shards } = await host({ others: 1 });
  const fourth = shards[3] as ShardId;
  book.claim = async (shard) => {
    book.rows.set(shard, { owner: book.incarnation, epoch: 1 });
    throw new Error('no answer');
  };
  book.others = 0;
  locks.waiting.splice(0, Number.POSITIVE_INFINITY, fourth);
  await clock.advance(1_500);
  expect(locks.postponed.map(({ shard }) => shard)).toEqual([fourth]);
  expect(book.rows.get(fourth)).toEqual({ owner: book.incarnation, epoch: 1 });
  await clock.advance(2_000);
  expect(book.rows.get(fourth)).toEqual({ owner: null, epoch: 1 });
  expect(mine()).toHaveLength(3);
});

test('a claim whose answer is late is not taken for one that failed', async () => {
  const { clock, book, lost, gained } = await host({ others: 1 });
  const claim = book.claim.bind(book);
  book.claim = async (shard) => {
    const answer = await claim(shard);
    await new Promise<void>((resolve) => clock.after(3_500, resolve));
    return answer;
  };
  book.others = 0;
  await clock.advance(20_000);
  expect(gained).toHaveLength(6);
  expect(lost).toEqual([]);
});
