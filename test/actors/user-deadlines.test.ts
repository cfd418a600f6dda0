import { beforeEach, expect, test } from 'vitest';
import type { Deadline } from '../../src/actors/ports/deadlines.ts';
import { UserDeadlines } from '../../src/actors/user-deadlines.ts';
import { EpochMs, UserId } from '../../src/machines/model/ids.ts';

const olga = UserId('1001');
const kind = 'reconnect-window';
const wall = { at: 1_000_000, now: () => EpochMs(wall.at) };
let written: string[];
let faults: unknown[];
/** What the database waits for before it writes. */
let database: Promise<void>;
let deadlines: UserDeadlines;

beforeEach(() => {
  wall.at = 1_000_000;
  written = [];
  faults = [];
  database = Promise.resolve();
  deadlines = new UserDeadlines({
    wallClock: wall,
    faults: { report: (_, error) => void faults.push(error) },
    deadlines: {
      set: async ({ address, dueAt }) => {
        await database;
        written.push(`${address} ${dueAt}`);
      },
      clear: async (address) => {
        written.push(`no ${address}`);
      },
    },
  });
});

const passed = (dueAt: number, address = 'user/1001') =>
  deadlines.passed({ address, kind, dueAt: EpochMs(dueAt) } as Deadline);
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test('a deadline that passes is that of its user', async () => {
  deadlines.set(olga, kind, 60_000);
  await settled();
  expect(written).toEqual(['user/1001 1060000']);
  expect(passed(1_060_000)).toBe(olga);
});

test('one that was cleared, one of another user and one of a window before are nobody’s', () => {
  deadlines.set(olga, kind, 60_000);
  expect(passed(1_060_000, 'user/7')).toBeUndefined();
  wall.at += 30_000;
  deadlines.set(olga, kind, 60_000);
  expect(passed(1_060_000)).toBeUndefined();
  expect(passed(1_090_000)).toBe(olga);
  deadlines.clear(olga, kind);
  expect(passed(1_090_000)).toBeUndefined();
});

test('a deadline that is cleared at once is not set after that', async () => {
  let write = () => {};
  database = new Promise((resolve) => {
    write = resolve;
  });
  deadlines.set(olga, kind, 60_000);
  deadlines.clear(olga, kind);
  await settled();
  expect(written).toEqual([]);
  write();
  await settled();
  expect(written).toEqual(['user/1001 1060000', 'no user/1001']);
});

test('a database that fails is reported, keeps no call waiting, and is asked again next time', async () => {
  database = Promise.reject(new Error('away'));
  deadlines.set(olga, kind, 60_000);
  deadlines.clear(olga, kind);
  await settled();
  expect(faults).toEqual([new Error('away')]);
  expect(written).toEqual(['no user/1001']);
});

test('without a database there are only timers of this process', () => {
  const alone = new UserDeadlines({ wallClock: wall, faults: { report: () => {} } });
  alone.set(olga, kind, 60_000);
  alone.clear(olga, kind);
  expect(alone.passed({ address: 'user/1001', kind, dueAt: EpochMs(1_060_000) } as Deadline)).toBeUndefined();
});

test('when it is due is known while it is open; one that is another host’s now is kept for that', async () => {
  expect(deadlines.dueAt(olga, kind)).toBeUndefined();
  deadlines.set(olga, kind, 60_000);
  expect(deadlines.dueAt(olga, kind)).toBe(1_060_000);
  deadlines.drop(olga, kind);
  expect(deadlines.dueAt(olga, kind)).toBeUndefined();
  await expect.poll(() => written).toEqual(['user/1001 1060000']);
});
