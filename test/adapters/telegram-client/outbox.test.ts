import { describe, expect, test } from 'vitest';
import { Outbox } from '../../../src/adapters/telegram/conversation/outbox.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { ManualClock, settled } from './manual-clock.ts';

const [anna, bert] = [UserId(1), UserId(2)];
const flood = (seconds: number) => Object.assign(new Error('wait'), { seconds, errorMessage: 'FLOOD' });

function outbox() {
  const clock = new ManualClock();
  const floods: number[] = [];
  return { clock, floods, box: new Outbox({ clock, random: () => 0.5, onFlood: (waitMs) => floods.push(waitMs) }) };
}

describe('the outbox', () => {
  test('keeps the order within a chat even when the first message takes long', async () => {
    const { box, clock } = outbox();
    const sent: string[] = [];
    const slow = Promise.withResolvers<void>();
    const first = box.send(anna, async () => {
      await slow.promise;
      sent.push('first');
    });
    const second = box.send(anna, async () => void sent.push('second'));
    const elsewhere = box.send(bert, async () => void sent.push('elsewhere'));
    await clock.pass(1_000);
    expect(sent).toEqual(['elsewhere']);
    slow.resolve();
    await clock.pass(1_000);
    await Promise.all([first, second, elsewhere]);
    expect(sent).toEqual(['elsewhere', 'first', 'second']);
  });

  test('sends no more than 29 messages in a second over all chats', async () => {
    const { box, clock } = outbox();
    const sentAt: number[] = [];
    const all = Array.from({ length: 60 }, (_, i) => box.send(UserId(i), async () => void sentAt.push(clock.now())));
    await clock.pass(5_000);
    await Promise.all(all);
    for (const [i, at] of sentAt.entries())
      expect((sentAt[i + 29] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(1_000);
    expect(sentAt).toHaveLength(60);
  });

  test('obeys FLOOD_WAIT with a jitter, for every chat, and then sends what was refused', async () => {
    const { box, clock, floods } = outbox();
    const began = clock.now();
    const sentAt: number[] = [];
    let refusals = 1;
    const refused = box.send(anna, async () => {
      if (refusals-- > 0) throw flood(7);
      sentAt.push(clock.now() - began);
    });
    await settled();
    const other = box.send(bert, async () => void sentAt.push(clock.now() - began));
    await clock.pass(7_499);
    expect(sentAt).toEqual([]);
    await clock.pass(100);
    await Promise.all([refused, other]);
    expect(sentAt).toEqual([7_500, 7_535]);
    expect(floods).toEqual([7_500]);
  });

  test('a wait longer than a message keeps its worth is told at once', async () => {
    const { box, clock } = outbox();
    const refused = box.send(anna, async () => {
      throw flood(3_600);
    });
    refused.catch(() => {});
    await clock.pass(1);
    await expect(refused).rejects.toMatchObject({ name: 'MessageNotSent', reason: 'flood', retryAfterMs: 3_600_500 });
    await expect(box.send(bert, async () => {})).rejects.toMatchObject({ reason: 'flood' });
  });

  test('other errors are not retried', async () => {
    const { box } = outbox();
    let attempts = 0;
    const failing = box.send(anna, async () => {
      attempts++;
      throw new Error('PEER_ID_INVALID');
    });
    await expect(failing).rejects.toThrow('PEER_ID_INVALID');
    expect(attempts).toBe(1);
  });

  test('refuses when two hundred messages wait', async () => {
    const { box } = outbox();
    const never = new Promise<void>(() => {});
    for (let i = 0; i < 200; i++) void box.send(anna, () => never);
    await expect(box.send(bert, async () => {})).rejects.toMatchObject({ reason: 'busy' });
  });
});
