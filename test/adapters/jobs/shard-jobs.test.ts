import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ShardLock, ShardLocks } from '../../../src/actors/ports/shard-locks.ts';
import { openShardJobs } from '../../../src/adapters/jobs/hosting/shard-jobs.ts';
import { shardsOf } from '../../../src/machines/model/shards.ts';
import { stopwatch } from '../../support/stopwatch.ts';
import { backends, type Place, placesForJobs, until } from './places.ts';
import { silent } from './support.ts';

const { place } = placesForJobs();

/** Hosts that share one queue of shards. */
async function queue(kind: string, worker = 'main') {
  const at = await place(kind);
  const open = async (host: string, count = 4, ofWorker = worker) => {
    const shards = shardsOf(ofWorker, count);
    const locks = await openShardJobs({ ...at.servers, worker: ofWorker, host, shards, log: silent });
    onTestFinished(() => locks.close());
    return locks;
  };
  return { open, at };
}

/** All that can be had at the moment. */
async function take(locks: ShardLocks): Promise<ShardLock[]> {
  const taken: ShardLock[] = [];
  let misses = 0;
  while (misses < 2) {
    const lock = await locks.next();
    if (lock) taken.push(lock);
    else misses++;
  }
  return taken;
}
const names = (locks: readonly ShardLock[]) => locks.map(({ shard }) => shard).toSorted();
/** Until the host gets that one, keeping nothing else. */
const gets = (locks: ShardLocks, shard: string, timeoutMs = 12_000) =>
  until(async () => expect((await locks.next())?.shard).toBe(shard), timeoutMs);

/** Every job of the queue is gone, as after the loss of the server's data. */
async function empty({ databaseUrl, servers }: Place): Promise<void> {
  if (servers.redisUrl !== undefined) {
    const redis = new Redis(servers.redisUrl);
    await redis.flushdb();
    redis.disconnect();
    return;
  }
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('delete from bullmq.job');
  await client.end();
}

describe.each(backends)('shards as jobs on %s', (kind) => {
  test('each is had by one host at a time', async () => {
    const { open } = await queue(kind);
    const [a, b] = await Promise.all([open('a'), open('b')]);
    const [ofA, ofB] = await Promise.all([take(a), take(b)]);
    expect(names([...ofA, ...ofB])).toEqual([...shardsOf('main', 4)].toSorted());
    expect(await a.renew(ofA)).toEqual([]);
    expect(await b.renew(ofB)).toEqual([]);
  });

  test('one that is given back goes to another host at once', async () => {
    const { open } = await queue(kind);
    const [a, b] = await Promise.all([open('a'), open('b')]);
    const [one] = await take(a);
    const waiting = b.next().then((lock) => lock ?? b.next());
    const elapsed = stopwatch();
    await a.giveBack(one as ShardLock);
    expect(await waiting).toMatchObject({ shard: one?.shard });
    expect(elapsed()).toBeLessThan(700);
  });

  test('one that is put off is nobody’s for so long', async () => {
    const { open } = await queue(kind, 'hel');
    const a = await open('a', 1);
    const [one] = await take(a);
    const from = performance.now();
    await a.postpone(one as ShardLock, 1_500);
    await gets(a, 'hel/s0');
    expect(performance.now() - from).toBeGreaterThan(1_450);
  });

  test('a lock that is renewed is kept, one that is not lapses after 7 s and two checks, and its holder hears so', {
    timeout: 60_000,
  }, async () => {
    const { open } = await queue(kind, 'hel');
    const [a, b] = await Promise.all([open('a', 2), open('b', 2)]);
    const [kept, dropped] = (await take(a)) as [ShardLock, ShardLock];
    const from = performance.now();
    const renewing = setInterval(() => void a.renew([kept]).catch(() => {}), a.renewEveryMs);
    onTestFinished(() => clearInterval(renewing));
    await gets(b, dropped.shard, 14_000);
    const tookMs = performance.now() - from;
    expect(tookMs).toBeGreaterThan(6_500);
    expect(tookMs).toBeLessThan(12_000);
    clearInterval(renewing);
    await until(async () => expect(await a.renew([kept, dropped])).toEqual([dropped]));
  });

  test('what a host held before its restart is there again at once', async () => {
    const { open } = await queue(kind);
    const before = await open('a');
    const other = await open('b');
    const theirs = (await other.next()) as ShardLock;
    const mine = await take(before);
    const after = await open('a');
    expect(names(await take(after))).toEqual(names(mine));
    expect(await other.renew([theirs])).toEqual([]);
    expect(await before.renew(mine)).toHaveLength(mine.length);
  });

  test('jobs that the server has lost are put back, and who held them hears so', async () => {
    const { open, at } = await queue(kind);
    const a = await open('a');
    const held = await take(a);
    await empty(at);
    expect(await a.renew(held)).toHaveLength(6);
    await a.fill();
    expect(names(await take(a))).toEqual(names(held));
  });

  test('jobs that are there are left as they are', async () => {
    const { open } = await queue(kind);
    const a = await open('a');
    const held = await take(a);
    await a.fill();
    expect(await take(a)).toEqual([]);
    expect(await a.renew(held)).toEqual([]);
  });

  test('jobs of a time when there were more shards are ended', async () => {
    const { open } = await queue(kind, 'hel');
    const before = await open('a', 4);
    await before.close();
    const after = await open('a', 2);
    expect(names(await take(after))).toEqual(['hel/s0', 'hel/s1']);
    expect(await take(after)).toEqual([]);
    // They are not held by anybody either, should there be more shards again.
    expect(names(await take(await open('b', 4)))).toEqual(['hel/s2', 'hel/s3']);
  });

  test('each Worker has its own', async () => {
    const { open } = await queue(kind);
    const main = await open('a', 1);
    const other = await open('b', 1, 'hel');
    expect(names(await take(other))).toEqual(['hel/s0']);
    expect(names(await take(main))).toEqual(['main/bot', 'main/lead', 'main/s0']);
  });

  test('with the server away everything fails in time, once it is back everything goes on', {
    timeout: 60_000,
  }, async () => {
    const { open, at } = await queue(kind, 'hel');
    const a = await open('a', 1);
    const held = await take(a);
    at.relay.freeze();
    const elapsed = stopwatch();
    const unavailable = { name: 'JobsUnavailable' };
    const failures = [a.renew(held), a.fill(), a.giveBack(held[0] as ShardLock)].map((asked) =>
      expect(asked).rejects.toMatchObject(unavailable),
    );
    await Promise.all(failures);
    await expect(a.renew(held)).rejects.toMatchObject(unavailable);
    expect(elapsed()).toBeLessThan(7_000);
    at.relay.mend();
    await until(() => a.fill(), 20_000);
    await until(async () => void (await a.renew(held)), 20_000);
    await gets(a, 'hel/s0', 20_000);
  });

  test('closing does not wait for jobs that never end', async () => {
    const { open } = await queue(kind);
    const a = await open('a');
    await take(a);
    const elapsed = stopwatch();
    await a.close();
    expect(elapsed()).toBeLessThan(3_000);
  });
});
