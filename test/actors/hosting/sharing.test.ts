import { expect, test } from 'vitest';
import type { ShardId } from '../../../src/machines/model/shards.ts';
import { first, host, second } from './host.ts';

test('a host alone takes every shard; one of two takes half and asks for no more', async () => {
  const alone = await host();
  expect(alone.gained).toEqual(alone.shards);
  expect(alone.may()).toEqual(alone.shards);

  const half = await host({ others: 1 });
  expect(half.mine()).toEqual(half.shards.slice(0, 3));
  const { fetches } = half.locks;
  await half.clock.advance(5_000);
  expect(half.locks.fetches).toBe(fetches);
});

test('above its share a host gives away five idle shards per beat, and none that is in use', async () => {
  const { clock, book, busy, lost, mine, shards } = await host({ count: 20 });
  expect(mine()).toHaveLength(20);
  for (const shard of shards.slice(0, 12)) busy.add(shard);
  book.others = 1;
  await clock.advance(1_000);
  expect(lost).toHaveLength(5);
  await clock.advance(1_000);
  expect(lost).toEqual(shards.slice(12).map((shard) => [shard, 'released']));
  await clock.advance(5_000);
  expect(mine()).toEqual(shards.slice(0, 12));
  expect(book.rows.get(shards[19] as ShardId)).toMatchObject({ owner: null });
});

test('what is released is ended first, then nobody’s, then next in line', async () => {
  const order: string[] = [];
  const { clock, book, locks, ownership } = await host({ others: 5 });
  const release = book.release.bind(book);
  book.release = async (shard, epoch) => {
    order.push('row');
    await release(shard, epoch);
  };
  const giveBack = locks.giveBack.bind(locks);
  locks.giveBack = async (lock) => {
    order.push('job');
    await giveBack(lock);
  };
  ownership.drain();
  await clock.advance(1_000);
  expect(order).toEqual(['row', 'job']);
  expect(locks.givenBack).toEqual([first]);
});

test('an end that takes longer than a second is not waited for', async () => {
  const { clock, book, ownership } = await host({ lost: () => new Promise(() => {}) });
  book.others = 1;
  ownership.drain();
  await clock.advance(900);
  expect(book.owned()).toHaveLength(6);
  await clock.advance(200);
  expect(book.owned()).toEqual([]);
});

test('a holder that fails is reported, and changes nothing', async () => {
  const fail = () => {
    throw new Error('a bug');
  };
  const { clock, book, ownership, faults } = await host({ lost: fail });
  book.others = 1;
  ownership.drain();
  await clock.advance(100);
  expect(book.owned()).toEqual([]);
  expect(faults).toEqual(Array.from({ length: 6 }, () => 'hosting: Error: a bug'));
});

test('draining gives away what is idle at once and the rest when it is, takes nothing, and says so', async () => {
  const { clock, book, locks, ownership, busy, mine } = await host();
  book.others = 1;
  busy.add(first);
  ownership.drain();
  await clock.advance(0);
  expect(mine()).toEqual([first]);
  expect(book.pulses.at(-1)).toMatchObject({ draining: true });
  let isEmpty = false;
  void ownership.emptied(new AbortController().signal).then(() => {
    isEmpty = true;
  });
  locks.waiting.push(second);
  await clock.advance(5_000);
  expect([mine(), isEmpty, ownership.mayAct(first)]).toEqual([[first], false, true]);
  busy.delete(first);
  ownership.idle();
  await clock.advance(0);
  expect([mine(), isEmpty]).toEqual([[], true]);
  expect(book.owned()).toEqual([]);
});

test('who is alone drains nothing until somebody comes: nobody else would read what people press meanwhile', async () => {
  const { clock, book, ownership, mine } = await host();
  ownership.drain();
  await clock.advance(10_000);
  expect(mine()).toHaveLength(6);
  book.others = 1;
  await clock.advance(1_000);
  expect(mine()).toEqual([]);
});

test('waiting for emptiness ends with one’s patience, and closing gives away what is in use', async () => {
  const { clock, book, ownership, busy, mine, lost } = await host();
  book.others = 1;
  busy.add(first);
  ownership.drain();
  await clock.advance(0);
  const patience = new AbortController();
  const emptied = ownership.emptied(patience.signal);
  patience.abort();
  await emptied;
  expect(mine()).toEqual([first]);
  const closed = ownership.close();
  await clock.advance(2_000);
  await closed;
  expect(lost).toContainEqual([first, 'released']);
  expect(book.owned()).toEqual([]);
  expect(book.hasLeft).toBe(true);
});

test('the operator drains a host in the database, and takes that back', async () => {
  const { clock, book, locks, mine } = await host();
  book.others = 1;
  book.draining = true;
  await clock.advance(1_000);
  expect(mine()).toEqual([]);
  book.others = 0;
  book.draining = false;
  locks.waiting.push(...locks.givenBack);
  await clock.advance(2_000);
  expect(mine()).toHaveLength(6);
});

test('a host whose name another process has taken gives everything away and says why', async () => {
  const { clock, book, mine, faults } = await host();
  book.usurped = true;
  await clock.advance(1_000);
  expect(mine()).toEqual([]);
  expect(faults).toEqual(['hosting: Error: another process runs as me/1']);
});

test('a host that cannot reach the locks is not counted when shards are shared out', async () => {
  const { clock, book, locks } = await host();
  expect(book.pulses.at(-1)).toEqual({ claiming: true, draining: false, load: { calls: 0, clockMs: 0 } });
  locks.isAway = true;
  await clock.advance(7_000);
  expect(book.pulses.at(-1)).toMatchObject({ claiming: false });
  locks.isAway = false;
  await clock.advance(3_000);
  expect(book.pulses.at(-1)).toMatchObject({ claiming: true });
});

test('clocks that drift apart are shown to the operator, and reported with the remedy, once in a while', async () => {
  const { clock, book, faults } = await host();
  book.aheadMs = 2_000;
  await clock.advance(10_000);
  expect(faults).toEqual([]);
  expect(book.pulses.at(-1)?.load).toMatchObject({ clockMs: 2_000 });
  book.aheadMs = -180_000;
  await clock.advance(10_000);
  expect(faults).toEqual([
    "clocks: Error: the clock of this host is 3 minutes ahead of the database's: set both, as by NTP",
  ]);
});

test('jobs that the server has forgotten are put back again and again', async () => {
  const { clock, locks } = await host();
  const { fills } = locks;
  await clock.advance(10_000);
  expect(locks.fills - fills).toBe(4);
});
