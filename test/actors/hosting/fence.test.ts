import { expect, test } from 'vitest';
import { host } from './host.ts';

test('while both signs of life are renewed the right to act stays', async () => {
  const { clock, may, shards } = await host();
  await clock.advance(60_000);
  expect(may()).toEqual(shards);
});

test.each(['book', 'locks'] as const)('without the server of the %s the other sign of life is enough', async (away) => {
  const all = await host();
  all[away].isAway = true;
  await all.clock.advance(30_000);
  expect(all.may()).toEqual(all.shards);
  expect(all.lost).toEqual([]);
});

test('without both the right to act ends after 5 s, nothing is given up, and it comes back by itself', async () => {
  const { clock, book, locks, may, lost, shards } = await host();
  book.isAway = true;
  locks.isAway = true;
  await clock.advance(4_000);
  expect(may()).toEqual(shards);
  await clock.advance(1_100);
  expect(may()).toEqual([]);
  book.isAway = false;
  await clock.advance(300);
  expect(may()).toEqual(shards);
  expect(lost).toEqual([]);
});

test('a process that was stopped may not act at its first instruction', async () => {
  const { clock, may, shards } = await host();
  clock.stopFor(4_000);
  expect(may()).toEqual(shards);
  clock.stopFor(1_000);
  expect(may()).toEqual([]);
});

test('nor may one whose machine was suspended, although no time has passed on its monotonic clock', async () => {
  const { clock, may } = await host();
  clock.suspendFor(6_000);
  expect(may()).toEqual([]);
});

test('a clock that is set back lends no time', async () => {
  const { clock, book, locks, may } = await host();
  book.isAway = true;
  locks.isAway = true;
  clock.suspendFor(-3_600_000);
  await clock.advance(5_100);
  expect(may()).toEqual([]);
});

test('an answer counts from the beginning of its request', async () => {
  const { clock, book, locks, may, shards } = await host();
  const [late, later] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  book.gate = locks.gate = late.promise;
  await clock.advance(7_000);
  expect(may()).toEqual([]);
  book.gate = locks.gate = later.promise;
  late.resolve();
  await clock.advance(0);
  expect(may()).toEqual([]);
  later.resolve();
  await clock.advance(0);
  expect(may()).toEqual(shards);
});
