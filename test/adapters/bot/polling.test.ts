import type { Bot } from 'grammy';
import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { NotStored } from '../../../src/adapters/bot/not-stored.ts';
import { Polling } from '../../../src/adapters/bot/polling.ts';

const said = (id: number, person = 1): Update => ({
  update_id: id,
  message: {
    message_id: id,
    date: 0,
    chat: { id: person, type: 'private', first_name: 'Olga' },
    from: { id: person, is_bot: false, first_name: 'Olga' },
    text: 'hello',
  },
});

/** A service with these updates that polls long, or not at all, and a bot that takes updates as the test says. */
function reads(updates: Update[], take: (update: Update) => Promise<void>, pollsLong = true) {
  const taken: number[] = [];
  const getUpdates = vi.fn<(asked: { offset: number }, signal: AbortSignal) => Promise<Update[]>>(
    async ({ offset }, signal) => {
      while (updates[0] && updates[0].update_id < offset) updates.shift();
      if (updates.length === 0 && pollsLong) {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      }
      return [...updates];
    },
  );
  const handleUpdate = async (update: Update) => {
    await take(update);
    taken.push(update.update_id);
  };
  const bot = { api: { getUpdates }, handleUpdate } as unknown as Bot;
  const polling = new Polling(bot, pino({ level: 'silent' }));
  polling.start();
  onTestFinished(async () => {
    const stopping = polling.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    await stopping;
    vi.useRealTimers();
  });
  return { taken, getUpdates };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));

describe('an update that is not taken', () => {
  test('for no reason of the inbox is given up after a minute, and what comes after it is taken', async () => {
    const { taken, getUpdates } = reads([said(1), said(2)], async ({ update_id: id }) => {
      if (id === 1) throw new Error('a bug');
    });
    await vi.advanceTimersByTimeAsync(50_000);
    expect(taken).toEqual([]);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(taken).toEqual([2]);
    expect(getUpdates.mock.lastCall?.[0].offset).toBe(3);
  });

  test('because the inbox takes nothing is kept for as long as that', async () => {
    let isAway = true;
    const { taken, getUpdates } = reads([said(1), said(2)], async () => {
      if (isAway) throw new NotStored(Number.NEGATIVE_INFINITY);
    });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(getUpdates.mock.lastCall?.[0].offset).toBe(0);
    isAway = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(taken).toEqual([1, 2]);
  });

  test('is given up when the inbox takes everything else', async () => {
    let lastStoredAt = 0;
    const { taken } = reads([said(1), said(2, 2)], async ({ update_id: id }) => {
      if (id === 1) throw new NotStored(lastStoredAt);
      lastStoredAt = performance.now() + 1;
    });
    await vi.advanceTimersByTimeAsync(90_000);
    expect(taken).toEqual([2]);
  });
});

test('a service that does not poll long is not asked all the time', async () => {
  const { getUpdates } = reads([], async () => {}, false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(getUpdates.mock.calls.length).toBeLessThan(25);
});

test('while an update is not done, new ones are looked for a few times a second', async () => {
  const updates = [said(1)];
  const { taken, getUpdates } = reads(updates, async ({ update_id: id }) => {
    if (id === 1) await new Promise(() => {});
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(getUpdates.mock.calls.length).toBeLessThan(15);
  updates.push(said(2, 2));
  await vi.advanceTimersByTimeAsync(200);
  expect(taken).toEqual([2]);
});
