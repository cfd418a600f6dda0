import { describe, expect, test } from 'vitest';
import { type JobData, openJobs } from '../../../src/adapters/jobs/jobs.ts';
import { backends, placesForJobs, until } from './places.ts';
import { silent, testJobs } from './support.ts';

type Job = JobData['recordings'];
const { place } = placesForJobs();
const recording = (id: string): Job => ({ recording: id });

async function recordings(kind: string) {
  const { servers, relay } = await place(kind);
  const jobs = await testJobs(servers);
  return { queue: jobs.queues.recordings, relay, servers, close: () => jobs.close() };
}

describe.each(backends)('queues on %s', (kind) => {
  test('a job is done with what it was given, also one added before anybody worked', async () => {
    const { queue } = await recordings(kind);
    await queue.add('1', recording('one'));
    const done: string[] = [];
    queue.work(async (job) => void done.push(job.recording), { concurrency: 1 });
    await queue.add('2', recording('two'));
    await until(() => expect(done).toEqual(['one', 'two']));
  });

  test('a job is not done before its delay has passed', async () => {
    const { queue } = await recordings(kind);
    const doneAt: number[] = [];
    queue.work(async () => void doneAt.push(performance.now()), { concurrency: 1 });
    const addedAt = performance.now();
    await queue.add('1', recording('late'), 700);
    await until(() => expect(doneAt).toHaveLength(1));
    expect((doneAt[0] ?? 0) - addedAt).toBeGreaterThan(650);
  });

  test('a key that waits already is not added twice, one that was done can be added again', async () => {
    const { queue } = await recordings(kind);
    await queue.add('1', recording('first'));
    await queue.add('1', recording('second'));
    const done: string[] = [];
    queue.work(async (job) => void done.push(job.recording), { concurrency: 1 });
    await until(() => expect(done).toEqual(['first']));
    await until(async () => {
      await queue.add('1', recording('third'));
      expect(done).toContain('third');
    });
    expect(done).not.toContain('second');
  });

  test('a removed job is not done', async () => {
    const { queue } = await recordings(kind);
    await queue.add('1', recording('removed'));
    await queue.remove('1');
    await queue.remove('never there');
    await queue.add('2', recording('kept'));
    const done: string[] = [];
    queue.work(async (job) => void done.push(job.recording), { concurrency: 1 });
    await until(() => expect(done).toEqual(['kept']));
  });

  test('a job that failed is done again', async () => {
    const { queue } = await recordings(kind);
    const told: string[] = [];
    queue.work(
      async (job) => {
        told.push(job.recording);
        if (told.length === 1) throw new Error('not now');
      },
      { concurrency: 1 },
    );
    await queue.add('1', recording('stubborn'));
    await until(() => expect(told).toEqual(['stubborn', 'stubborn']));
  });

  test('no more jobs are done at once than was said', async () => {
    const { queue } = await recordings(kind);
    let now = 0;
    let most = 0;
    let all = 0;
    queue.work(
      async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        all++;
      },
      { concurrency: 3 },
    );
    await Promise.all(Array.from({ length: 30 }, (_, i) => queue.add(`${i}`, recording('r'))));
    await until(() => expect(all).toBe(30));
    expect(most).toBeLessThanOrEqual(3);
  });

  test('jobs outlive the process that added them', async () => {
    const { servers } = await place(kind);
    const before = await openJobs({ ...servers, log: silent });
    await before.queues.recordings.add('1', recording('waiting'));
    await before.queues.recordings.add('2', recording('delayed'), 500);
    await before.close();
    const after = await testJobs(servers);
    const done: string[] = [];
    after.queues.recordings.work(async (job) => void done.push(job.recording), { concurrency: 1 });
    await until(() => expect(done.toSorted()).toEqual(['delayed', 'waiting']));
  });

  test('a cut network fails the adding at once, and afterwards everything goes on by itself', {
    timeout: 40_000,
  }, async () => {
    const { queue, relay } = await recordings(kind);
    const done: string[] = [];
    queue.work(async (job) => void done.push(job.recording), { concurrency: 1 });
    await queue.add('1', recording('before'));
    await until(() => expect(done).toEqual(['before']));
    relay.cut();
    await until(() => isRefused(queue.add('2', recording('meanwhile'))));
    relay.mend();
    await until(async () => {
      await queue.add('3', recording('after'));
      expect(done).toContain('after');
    }, 30_000);
  });

  test('a network that is cut when work begins costs nothing but the time', { timeout: 40_000 }, async () => {
    const { queue, relay } = await recordings(kind);
    await queue.add('1', recording('one'));
    const done: string[] = [];
    queue.work(async (job) => void done.push(job.recording), { concurrency: 1 });
    relay.cut();
    await until(() => isRefused(queue.add('2', recording('two'))));
    relay.mend();
    await until(() => expect(done).toContain('one'), 30_000);
  });

  test('a frozen network fails the adding in time', { timeout: 40_000 }, async () => {
    const { queue, relay } = await recordings(kind);
    await queue.add('1', recording('before'));
    relay.freeze();
    await isRefused(queue.add('2', recording('meanwhile')));
    relay.mend();
    await until(() => queue.add('3', recording('after')), 20_000);
  });

  test('the end tells handlers to stop, waits for them, and for one that will not only so long', {
    timeout: 30_000,
  }, async () => {
    const { queue, close } = await recordings(kind);
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    let stopped = false;
    queue.work(
      async (_job, signal) => {
        begin();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        stopped = true;
        await new Promise(() => {});
      },
      { concurrency: 1 },
    );
    await queue.add('1', recording('endless'));
    await begun;
    await close();
    expect(stopped).toBe(true);
  });

  test('a server that is not there is told as such', { timeout: 30_000 }, async () => {
    const { servers, relay } = await place(kind);
    relay.cut();
    await expect(openJobs({ ...servers, log: silent })).rejects.toMatchObject({ name: 'JobsUnavailable' });
  });
});

const isRefused = (adding: Promise<void>) => expect(adding).rejects.toMatchObject({ name: 'JobsUnavailable' });
