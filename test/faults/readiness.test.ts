import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Relay } from '../adapters/jobs/relay.ts';
import { eventually } from '../support/eventually.ts';
import { openWatchedService, type WatchedService } from './support/watched-service.ts';

let watched: WatchedService;
beforeAll(async () => {
  watched = await openWatchedService();
});
afterAll(() => watched?.close());

/** The parts that are not well, as soon as they are these. */
const untilWrong = (names: readonly string[], patienceMs = 20_000) =>
  eventually(
    async () => {
      const { status, report } = await watched.ready();
      const wrong = Object.entries(report.parts).filter(([, { ok }]) => !ok);
      expect(wrong.map(([name]) => name)).toEqual(names);
      expect([status, report.ready]).toEqual(names.length === 0 ? [200, true] : [503, false]);
      return Object.fromEntries(wrong.map(([name, { is }]) => [name, is]));
    },
    { timeout: patienceMs, interval: 50 },
  );

test('a service that has everything it needs is ready', async () => {
  await untilWrong([]);
  expect(await watched.ready()).toMatchObject({
    status: 200,
    report: {
      ready: true,
      parts: {
        service: { ok: true, is: 'taking calls' },
        database: { ok: true, is: 'answers' },
        jobs: { ok: true, is: 'answers' },
        chatAccount: { ok: true, is: 'connected' },
        settingsBot: { ok: true, is: 'reading' },
        media: { ok: true, is: '2 of 2 threads alive' },
      },
    },
  });
});

describe('it is not ready, says why, and is again by itself, while', () => {
  const cases: readonly (readonly [string, (ways: WatchedService['ways']) => Relay | undefined, string, string])[] = [
    ['the database is away', ({ database }) => database, 'database', 'does not answer'],
    ['Redis is away', ({ redis }) => redis, 'jobs', 'does not answer'],
    ['Telegram is away', ({ telegram }) => telegram, 'chatAccount', 'connecting'],
    ['the Bot API is away', ({ botApi }) => botApi, 'settingsBot', 'not reading'],
  ];
  test.each(cases)('%s', async (_, wayOf, part, is) => {
    const way = wayOf(watched.ways);
    // Nothing to cut where no Redis is installed.
    if (!way) return;
    way.cut();
    expect(await untilWrong([part])).toEqual({ [part]: is });
    expect(await watched.alive()).toBe(200);
    way.mend();
    await untilWrong([]);
  });

  test('the database takes requests and never answers; whoever asks waits for 2 s at most', async () => {
    watched.ways.database.freeze();
    expect(await untilWrong(['database'])).toEqual({ database: 'does not answer' });
    for (const { tookMs } of await Promise.all([watched.ready(), watched.ready(), watched.ready()])) {
      expect(tookMs).toBeLessThan(2_500);
    }
    expect(await watched.alive()).toBe(200);
    watched.ways.database.mend();
    await untilWrong([]);
  });
});

test('all servers stopped at once are told at once, and the process lives on', async () => {
  await Promise.all([watched.servers.stopDatabase(), watched.servers.stopRedis(), watched.servers.telegram.close()]);
  const wrong = await untilWrong(['database', 'jobs', 'chatAccount', 'settingsBot']);
  expect(wrong).toEqual({
    database: 'does not answer',
    jobs: 'does not answer',
    chatAccount: 'connecting',
    settingsBot: 'not reading',
  });
  expect(await watched.alive()).toBe(200);
});
