import { describe, expect, test } from 'vitest';
import { RequestQueue } from '../../../src/adapters/telegram/client/request-queue.ts';

const never = () => new Promise<never>(() => {});

describe('the request queue', () => {
  test('runs no more than allowed at once, first come first served', async () => {
    const queue = new RequestQueue({ running: 2, waiting: 10 });
    const began: number[] = [];
    const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
    const all = ends.map(({ promise }, i) =>
      queue.run('m', 5_000, async () => {
        began.push(i);
        await promise;
      }),
    );
    expect(began).toEqual([0, 1]);
    ends[1]?.resolve();
    await all[1];
    await expect.poll(() => began).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    await Promise.all(all);
    expect(began).toEqual([0, 1, 2, 3]);
  });

  test('a request whose turn does not come in time was never sent', async () => {
    const queue = new RequestQueue({ running: 1, waiting: 10 });
    void queue.run('m', 60_000, never);
    let sent = false;
    const late = queue.run('users.GetUsers', 20, async () => {
      sent = true;
    });
    await expect(late).rejects.toMatchObject({ name: 'TelegramTimeout' });
    expect(sent).toBe(false);
  });

  test('refuses at once when too many wait', async () => {
    const queue = new RequestQueue({ running: 1, waiting: 1 });
    void queue.run('m', 60_000, never);
    queue.run('m', 60_000, never).catch(() => {});
    await expect(queue.run('m', 60_000, never)).rejects.toMatchObject({ name: 'TelegramBusy' });
  });

  test('a request that fails gives its place on', async () => {
    const queue = new RequestQueue({ running: 1, waiting: 1 });
    const failing = queue.run('m', 1_000, async () => {
      throw new Error('refused');
    });
    const next = queue.run('m', 1_000, async () => 'sent');
    await expect(failing).rejects.toThrow('refused');
    expect(await next).toBe('sent');
  });
});
