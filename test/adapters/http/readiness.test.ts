import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Part, type PartState, Readiness } from '../../../src/adapters/http/readiness.ts';

const fine: PartState = { ok: true, is: 'answers' };
let nowMs: number;
let lines: Record<string, unknown>[];
let readiness: Readiness;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  nowMs = 0;
  lines = [];
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  readiness = new Readiness({ log, now: () => nowMs });
});
afterEach(() => void vi.useRealTimers());

const part = (name: string, look: Part['look']) => ({ name, look: vi.fn<Part['look']>(look) });
const later = (ms: number) => {
  nowMs += ms;
  return vi.advanceTimersByTimeAsync(ms);
};

test('who has not started is not ready', async () => {
  expect(await readiness.report()).toEqual({ ready: false, parts: { service: { ok: false, is: 'starting' } } });
  readiness.watch([part('database', () => fine)]);
  expect(await readiness.report()).toEqual({ ready: true, parts: { database: fine } });
});

test('one part that is not well is enough, and the others are told with it', async () => {
  readiness.watch([part('database', () => fine), part('chatAccount', () => ({ ok: false, is: 'connecting' }))]);
  expect(await readiness.report()).toEqual({
    ready: false,
    parts: { database: fine, chatAccount: { ok: false, is: 'connecting' } },
  });
});

test('however often it is asked, a part is looked at once a second', async () => {
  const database = part('database', () => fine);
  readiness.watch([database]);
  await Promise.all(Array.from({ length: 1_000 }, () => readiness.report()));
  await later(999);
  await readiness.report();
  expect(database.look).toHaveBeenCalledTimes(1);
  await later(1);
  await readiness.report();
  expect(database.look).toHaveBeenCalledTimes(2);
});

test('a part that says nothing is told to be silent after 2 s, and is not asked again before it has answered', async () => {
  const { promise, resolve } = Promise.withResolvers<PartState>();
  const database = part('database', () => promise);
  readiness.watch([database, part('jobs', () => fine)]);
  const report = readiness.report();
  await later(1_999);
  let isThere = false;
  void report.then(() => {
    isThere = true;
  });
  await later(0);
  expect(isThere).toBe(false);
  await later(1);
  expect(await report).toEqual({ ready: false, parts: { database: { ok: false, is: 'does not answer' }, jobs: fine } });
  for (let asked = 0; asked < 5; asked++) {
    const again = readiness.report();
    await later(2_000);
    expect((await again).ready).toBe(false);
  }
  expect(database.look).toHaveBeenCalledTimes(1);
  resolve(fine);
  await later(1_000);
  await readiness.report();
  await later(1_000);
  expect((await readiness.report()).ready).toBe(true);
});

test('what a part says of its failure stays inside', async () => {
  const database = part('database', async () => {
    throw new Error('password authentication failed for user "siptg" at postgres://siptg:open-sesame@db');
  });
  const media = part('media', () => {
    throw new Error('a bug');
  });
  readiness.watch([database, media]);
  const silent = { ok: false, is: 'does not answer' };
  expect(await readiness.report()).toEqual({ ready: false, parts: { database: silent, media: silent } });
  expect(JSON.stringify(lines)).not.toContain('open-sesame');
});

test('the log has one line for each change', async () => {
  let state = fine;
  readiness.watch([part('jobs', () => state)]);
  for (const next of [fine, fine, { ok: false, is: 'does not answer' }, { ok: false, is: 'does not answer' }, fine]) {
    state = next;
    await readiness.report();
    await later(1_000);
  }
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [30, 'ready to take calls'],
    [40, 'not ready to take calls'],
    [30, 'ready to take calls'],
  ]);
  expect(lines[1]?.parts).toEqual({ jobs: { ok: false, is: 'does not answer' } });
});
