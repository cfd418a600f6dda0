import { expect, test } from 'vitest';
import { first, host } from './host.ts';

/** A host, and what came in by the time it was let in. */
const listening = async () => {
  const all = await host();
  const taken: string[] = [];
  return { ...all, taken, comes: (what: string) => all.ownership.whenSure(() => taken.push(what)) };
};

test('while a host runs everything comes in at once, also in an outage', async () => {
  const { clock, book, locks, comes, taken } = await listening();
  comes('one');
  book.isAway = true;
  locks.isAway = true;
  await clock.advance(30_000);
  comes('two');
  expect(taken).toEqual(['one', 'two']);
});

test.each(['stopFor', 'suspendFor'] as const)(
  'what comes in after %s waits until the database has said what is ours, and that is heeded; then it comes in order',
  async (passes) => {
    const { clock, book, comes, taken, lost, mine } = await listening();
    clock[passes](20_000);
    book.takenByAnother(first);
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    book.gate = answer;
    comes('one');
    comes('two');
    expect(taken).toEqual([]);
    await clock.advance(1_500);
    expect([taken, lost]).toEqual([[], []]);
    resolve();
    await clock.advance(0);
    expect(lost).toContainEqual([first, 'taken']);
    comes('three');
    await clock.advance(1);
    expect(taken).toEqual(['one', 'two', 'three']);
    expect(mine()).not.toContain(first);
  },
);

test('an answer to a question of before the gap lets nothing in', async () => {
  const { clock, book, comes, taken } = await listening();
  const [old, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  book.gate = old.promise;
  await clock.advance(1_000);
  clock.stopFor(20_000);
  comes('one');
  book.gate = late.promise;
  old.resolve();
  await clock.advance(500);
  expect(taken).toEqual([]);
  late.resolve();
  await clock.advance(1);
  expect(taken).toEqual(['one']);
});

test('a short gap, within which nobody can have taken anything, holds nothing up', async () => {
  const { clock, comes, taken } = await listening();
  clock.stopFor(4_000);
  comes('one');
  expect(taken).toEqual(['one']);
});

test('with the database away after the gap everything comes in after 10 s: an outage like any other', async () => {
  const { clock, book, locks, comes, taken } = await listening();
  book.isAway = true;
  locks.isAway = true;
  clock.stopFor(20_000);
  comes('one');
  await clock.advance(9_900);
  expect(taken).toEqual([]);
  await clock.advance(200);
  expect(taken).toEqual(['one']);
});
