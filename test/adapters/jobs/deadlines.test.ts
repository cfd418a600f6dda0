import { describe, expect, onTestFinished, test } from 'vitest';
import type { Deadline } from '../../../src/actors/ports/deadlines.ts';
import type { Clock } from '../../../src/adapters/jobs/clock.ts';
import { QueuedDeadlines } from '../../../src/adapters/jobs/deadlines.ts';
import { openJobs } from '../../../src/adapters/jobs/jobs.ts';
import { DeadlineRepository } from '../../../src/db/deadline-repository.ts';
import { EpochMs } from '../../../src/machines/model/ids.ts';
import { backends, placesForJobs, until, withRedis } from './places.ts';
import { startRelay } from './relay.ts';
import { freshDatabase, openTables, silent, through } from './support.ts';

const { clusterUrl, place } = placesForJobs();
const inMs = (ms: number) => EpochMs(Date.now() + ms);
const window_ = { address: 'user/1001', kind: 'reconnect-window' };

/** An installation whose hosts may come and go; its jobs go through a network that can be cut. */
async function installation(kind: string) {
  const { databaseUrl, servers, relay } = await place(kind);
  const tables = await openTables(databaseUrl);
  onTestFinished(() => tables.close());
  const rows = new DeadlineRepository(tables);
  const host = async (clock?: Clock) => {
    const jobs = await openJobs({ ...servers, log: silent });
    const deadlines = new QueuedDeadlines({ rows, queue: jobs.queues.deadlines, log: silent, ...(clock && { clock }) });
    const close = async () => {
      await deadlines.close();
      await jobs.close();
    };
    onTestFinished(close);
    const told: Deadline[] = [];
    return { deadlines, told, listen: () => deadlines.onPassed((deadline) => void told.push(deadline)), close };
  };
  return { host, rows, relay };
}

/** Looks that are made by hand. */
function steppedLooks() {
  let next: (() => void) | undefined;
  const clock: Clock = {
    now: Date.now,
    after(_delayMs, call) {
      next = call;
      return () => {
        next = undefined;
      };
    },
  };
  const look = () => {
    const call = next;
    next = undefined;
    call?.();
  };
  return { clock, look };
}

describe.each(backends)('deadlines on %s', (kind) => {
  test('one that passed is told, not before its time, and is forgotten then', async () => {
    const { host, rows } = await installation(kind);
    const { deadlines, told, listen } = await host();
    listen();
    const deadline = { ...window_, dueAt: inMs(300) };
    await deadlines.set(deadline);
    await until(() => expect(told).toEqual([deadline]));
    expect(Date.now()).toBeGreaterThanOrEqual(deadline.dueAt);
    await until(async () => expect(await rows.find(window_.address, window_.kind)).toBeUndefined());
  });

  test('a new one of its kind replaces it', async () => {
    const { host } = await installation(kind);
    const { deadlines, told, listen } = await host();
    listen();
    await deadlines.set({ ...window_, dueAt: inMs(2_000) });
    const second = { ...window_, dueAt: inMs(2_500) };
    await deadlines.set(second);
    await until(() => expect(told).toHaveLength(1));
    expect(told).toEqual([second]);
  });

  test('a cleared one is not told, others are', async () => {
    const { host } = await installation(kind);
    const { deadlines, told, listen } = await host();
    listen();
    await deadlines.set({ ...window_, dueAt: inMs(2_000) });
    await deadlines.set({ address: 'user/1001', kind: 'auto-apply', dueAt: inMs(2_200) });
    await deadlines.clear(window_.address, window_.kind);
    await deadlines.clear(window_.address, 'never set');
    await until(() => expect(told).toMatchObject([{ kind: 'auto-apply' }]));
  });

  test('those that passed while nobody ran are told at the start, later ones in their time', async () => {
    const { host } = await installation(kind);
    const before = await host();
    await before.deadlines.set({ address: 'user/1', kind: 'k', dueAt: inMs(-60_000) });
    const later = { address: 'user/2', kind: 'k', dueAt: inMs(1_000) };
    await before.deadlines.set(later);
    await before.close();
    const after = await host();
    after.listen();
    await until(() => expect(after.told).toMatchObject([{ address: 'user/1' }, later]));
    expect(Date.now()).toBeGreaterThanOrEqual(later.dueAt);
  });

  test('a listener that fails is told again', async () => {
    const { host } = await installation(kind);
    const { deadlines } = await host();
    let tries = 0;
    deadlines.onPassed(async () => {
      if (++tries < 3) throw new Error('the actor is not there yet');
    });
    await deadlines.set({ ...window_, dueAt: inMs(0) });
    await until(() => expect(tries).toBe(3));
  });

  test('one that is set anew by its own listener stands', async () => {
    const { host, rows } = await installation(kind);
    const { deadlines } = await host();
    const next = { ...window_, dueAt: inMs(60_000) };
    const heard: Deadline[] = [];
    deadlines.onPassed(async (deadline) => {
      await deadlines.set(next);
      heard.push(deadline);
    });
    await deadlines.set({ ...window_, dueAt: inMs(0) });
    await until(() => expect(heard).toHaveLength(1));
    expect(await rows.find(window_.address, window_.kind)).toEqual(next);
  });

  test('many at once are all told, each once', async () => {
    const { host } = await installation(kind);
    const { clock, look } = steppedLooks();
    const { deadlines, told, listen } = await host(clock);
    listen();
    const all = Array.from({ length: 100 }, (_, i) => ({ address: `user/${i}`, kind: 'k', dueAt: inMs(500) }));
    await Promise.all(all.map((deadline) => deadlines.set(deadline)));
    await until(() => {
      // A slow server may not have taken every job in time; those are found by a look.
      look();
      expect(told.map(({ address }) => address).toSorted()).toEqual(all.map((d) => d.address).toSorted());
    });
  });
});

test.runIf(withRedis)(
  'one that was set while Redis was away is found by the next look',
  { timeout: 40_000 },
  async () => {
    const { host, relay, rows } = await installation('Redis');
    const { clock, look } = steppedLooks();
    const { deadlines, told, listen } = await host(clock);
    listen();
    relay.cut();
    await deadlines.set({ ...window_, dueAt: inMs(-10_000) });
    await until(async () => {
      look();
      expect(told).toMatchObject([window_]);
      expect(await rows.find(window_.address, window_.kind)).toBeUndefined();
    });
  },
);

test('without its row a deadline is not set, and whoever sets it hears so', { timeout: 30_000 }, async () => {
  const url = await freshDatabase(clusterUrl());
  const relay = await startRelay(Number(new URL(url).port));
  onTestFinished(() => relay.close());
  const tables = await openTables(through(url, relay.port));
  onTestFinished(() => tables.close());
  const jobs = await openJobs({ databaseUrl: url, log: silent });
  onTestFinished(() => jobs.close());
  const rows = new DeadlineRepository(tables);
  const deadlines = new QueuedDeadlines({ rows, queue: jobs.queues.deadlines, log: silent });
  onTestFinished(() => deadlines.close());
  relay.cut();
  await expect(deadlines.set({ ...window_, dueAt: inMs(100) })).rejects.toThrow(/terminat|connect|ECONN/i);
});
