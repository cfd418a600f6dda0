import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { FactsWriter } from '../../../src/actors/facts-writer.ts';
import { FactsNotKept } from '../../../src/machines/model/call-facts.ts';
import { olga, settled } from './hosts.ts';

let state: string;
let written: string[];
let faults: unknown[];
let fails: Error | undefined;
let pauses: (() => void)[];
let answer: Promise<void>;
let writer: FactsWriter;
beforeEach(() => {
  state = 'ringing';
  written = [];
  faults = [];
  fails = undefined;
  pauses = [];
  answer = Promise.resolve();
  writer = new FactsWriter({
    write: async () => {
      await answer;
      if (fails) throw fails;
      written.push(state);
    },
    pause: () => new Promise((done) => pauses.push(done)),
    faults: { report: (_, error) => void faults.push(error) },
  });
});

test('what changes several times at once is written once, as it is then', async () => {
  writer.changed(olga);
  state = 'talking';
  writer.changed(olga);
  await writer.written(olga);
  expect(written).toEqual(['talking']);
});

test('what cannot be written is tried again until it is, and reported once; who waits for it is told at once', async () => {
  fails = new Error('the database is away');
  await expect(writer.written(olga)).rejects.toMatchObject({ reason: 'unavailable', cause: fails });
  for (let second = 0; second < 3; second++) {
    await settled();
    pauses.shift()?.();
  }
  fails = undefined;
  await settled();
  pauses.shift()?.();
  await settled();
  expect(written).toEqual(['ringing']);
  expect(pauses).toEqual([]);
  expect(faults).toHaveLength(1);
});

test('who waits for a database that does not answer is told after 2 s, and it is written all the same when it does', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { promise, resolve } = Promise.withResolvers<void>();
  answer = promise;
  let reason: unknown;
  writer.written(olga).catch((error) => {
    reason = error.reason;
  });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(reason).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(reason).toBe('unavailable');
  resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual(['ringing']);
});

test.each(['taken', 'elsewhere'] as const)('what is %s is not tried again', async (reason) => {
  fails = new FactsNotKept(reason);
  await expect(writer.written(olga)).rejects.toBe(fails);
  await settled();
  expect(pauses).toEqual([]);
  expect(faults).toEqual([]);
});

test('of one who is dropped nothing more is written, and who waits for it is told', async () => {
  const waiting = writer.written(olga);
  writer.drop(olga);
  await expect(waiting).rejects.toMatchObject({ reason: 'taken' });
  await settled();
  expect(written).toEqual([]);
});
