import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Audio, BotTarget } from '../../../src/adapters/jobs/recordings/audio-target.ts';
import { NotDelivered } from '../../../src/machines/model/recording-faults.ts';
import { temporaryCluster } from '../../support/database.ts';
import type { ManualClock } from '../telegram-client/manual-clock.ts';
import { office, until } from './scene.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
beforeAll(async () => {
  cluster = await temporaryCluster();
});
afterAll(() => cluster?.stop());

const minute = 60_000;
const hour = 60 * minute;

/** Takes everything, unless and until it is told to refuse. */
class Receiver implements BotTarget {
  maxBytes = 1_000_000;
  clock: ManualClock | undefined;
  refuses: ((to: string, audio: Audio) => boolean) | undefined;
  readonly triedAt: number[] = [];
  readonly received: string[] = [];
  readonly said: string[] = [];
  async sendAudio(to: string, audio: Audio) {
    this.triedAt.push(this.clock?.now() ?? 0);
    for await (const _ of audio.read());
    if (this.refuses?.(to, audio)) throw new NotDelivered({ kind: 'refused', words: 'no room' });
    this.received.push(`${to}: ${audio.title}`);
  }
  async say(to: string, text: string) {
    this.said.push(`${to}: ${text}`);
  }
}

async function opened() {
  const [conversation, bot] = [new Receiver(), new Receiver()];
  const made = await office(cluster.url, { conversation, bot });
  conversation.clock = bot.clock = made.clock;
  return { ...made, conversation, bot };
}

test('three tries within 15 minutes, then the owner is told why, once, and given the file', async () => {
  const { open, recorded, conversation, bot, clock, passUntil, left } = await opened();
  conversation.refuses = () => true;
  const { deliveries } = await open();
  deliveries.start();
  const began = clock.now();
  await deliveries.deliver(await recorded());
  await until(() => expect(conversation.triedAt).toHaveLength(1));
  await passUntil(() => expect(bot.received).toEqual(['2: Pat +49 30 1234']));
  expect(conversation.triedAt.map((at) => (at - began) / minute)).toEqual([0, 5, 15]);
  expect(bot.said).toEqual(['2: Pat +49 30 1234\nNo se pudo entregar la grabación: Telegram lo rechazó: no room']);
  await until(async () => expect(await left()).toEqual([]));
});

test('when the owner cannot be reached either, both are tried hourly until one takes it', {
  timeout: 60_000,
}, async () => {
  const { open, recorded, conversation, bot, clock, passUntil, left, rows } = await opened();
  conversation.refuses = bot.refuses = () => true;
  const { deliveries } = await open();
  deliveries.start();
  const delivery = await recorded();
  const began = clock.now();
  await deliveries.deliver(delivery);
  await until(() => expect(conversation.triedAt).toHaveLength(1));
  await passUntil(() => expect(conversation.triedAt).toHaveLength(6), { stepMs: 5 * minute });
  expect(conversation.triedAt.map((at) => (at - began) / minute)).toEqual([0, 5, 15, 75, 135, 195]);
  expect(bot.triedAt).toEqual(conversation.triedAt.slice(2));
  expect(bot.said).toHaveLength(1);
  expect(await left()).toContain('recording-1.ogg');
  conversation.refuses = undefined;
  await passUntil(() => expect(conversation.received).toEqual(['1: Pat +49 30 1234']), { stepMs: 5 * minute });
  await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined());
  expect(await left()).toEqual([]);
  expect(bot.received).toEqual([]);
});

test('it is tried for seven days, and then deleted', { timeout: 60_000 }, async () => {
  const { open, recorded, conversation, bot, clock, passUntil, left, rows } = await opened();
  conversation.refuses = bot.refuses = () => true;
  const { deliveries } = await open();
  deliveries.start();
  const delivery = await recorded();
  const began = clock.now();
  await deliveries.deliver(delivery);
  await until(() => expect(conversation.triedAt).toHaveLength(1));
  const isForgotten = async () => expect(await rows.find(delivery.recording)).toBeUndefined();
  await passUntil(isForgotten, { stepMs: hour, steps: 8 * 24 });
  expect(clock.now() - began).toBe(7 * 24 * hour);
  // At every look, the last one included; without its file it would have been given up.
  expect(conversation.triedAt.map((at) => (at - began) / hour)).toEqual(
    Array.from({ length: 7 * 24 + 1 }, (_, i) => i),
  );
  expect(await left()).toEqual([]);
});

test('parts that arrived are not sent again when a later one fails', async () => {
  const { open, recorded, conversation, passUntil } = await opened();
  conversation.maxBytes = 8_000;
  let failures = 1;
  conversation.refuses = (_to, { title }) => title.includes('(2/') && failures-- > 0;
  const { deliveries } = await open();
  deliveries.start();
  await deliveries.deliver(await recorded({}, { seconds: 6 }));
  await passUntil(() => expect(conversation.received.length).toBeGreaterThanOrEqual(3));
  const numbers = conversation.received.map((line) => /\((\d)\/\d\)/.exec(line)?.[1]);
  expect(numbers).toEqual(numbers.map((_, i) => `${i + 1}`));
});

test('what was not delivered when the process ended is delivered by the next, from the row alone', async () => {
  const { open, recorded, conversation, directory } = await opened();
  const before = await open();
  const delivery = await recorded();
  await before.deliveries.deliver(delivery);
  await before.close();
  await rm(join(directory, 'recording-1.ogg.json'));
  const after = await open();
  after.deliveries.start();
  await until(() => expect(conversation.received).toEqual(['1: Pat +49 30 1234']));
});

test('a process that ends in the middle of sending has not failed, and the next one sends', async () => {
  const { open, recorded, conversation, rows, clock } = await opened();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const before = await open({
    conversation: {
      maxBytes: 1_000_000,
      async sendAudio(_to, _audio, signal) {
        begin();
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      },
    },
  });
  before.deliveries.start();
  const delivery = await recorded();
  await before.deliveries.deliver(delivery);
  await begun;
  await before.close();
  expect(await rows.find(delivery.recording)).toMatchObject({ tries: 0, nextTryAt: clock.now() });
  const after = await open();
  after.deliveries.start();
  await until(() => expect(conversation.received).toEqual(['1: Pat +49 30 1234']));
});

test('one that was delivered but not cleared away is cleared away, and not sent again', async () => {
  const { open, recorded, conversation, rows, clock, left } = await opened();
  const before = await open();
  const delivery = await recorded();
  await before.deliveries.deliver(delivery);
  const row = await rows.find(delivery.recording);
  if (!row) throw new Error('no row');
  const { delivery: _, takenAt: __, ...progress } = row;
  await rows.save(delivery.recording, { ...progress, deliveredAt: row.takenAt });
  await before.close();
  const after = await open();
  after.deliveries.start();
  await until(async () => expect(await left()).toEqual([]));
  await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined());
  expect(conversation.received).toEqual([]);
  expect(clock.now()).toBe(row.takenAt);
});

test('with a dead queue it is delivered all the same', { timeout: 40_000 }, async () => {
  const { open, recorded, conversation, jobsRelay } = await opened();
  const { deliveries } = await open();
  deliveries.start();
  jobsRelay.cut();
  await deliveries.deliver(await recorded());
  await until(() => expect(conversation.received).toEqual(['1: Pat +49 30 1234']));
});

test('with a dead database nobody promises anything, and the file is found when it is back', {
  timeout: 40_000,
}, async () => {
  const { open, recorded, conversation, rowsRelay, left, passUntil, directory } = await opened();
  const { deliveries } = await open();
  deliveries.start();
  rowsRelay.cut();
  await expect(deliveries.deliver(await recorded())).rejects.toThrow(/terminat|connect|ECONN/i);
  expect(await left()).toEqual(['recording-1.ogg', 'recording-1.ogg.json']);
  await writeFile(join(directory, 'strange.json'), '{"recording": 7}');
  await writeFile(join(directory, 'half.json'), '{"rec');
  rowsRelay.mend();
  await passUntil(() => expect(conversation.received).toEqual(['1: Pat +49 30 1234']));
  await until(async () => expect(await left()).toEqual(['half.json', 'strange.json']));
});

test('a file that lies there without a row is found at the start, wherever the directory is by then', async () => {
  const { open, recorded, conversation, rowsRelay, directory, left } = await opened();
  const before = await open();
  rowsRelay.cut();
  await expect(before.deliveries.deliver(await recorded())).rejects.toThrow(/terminat|connect|ECONN/i);
  await before.close();
  rowsRelay.mend();
  await rename(join(directory, 'recording-1.ogg'), join(directory, 'moved.ogg'));
  await rename(join(directory, 'recording-1.ogg.json'), join(directory, 'moved.ogg.json'));
  const after = await open();
  after.deliveries.start();
  await until(() => expect(conversation.received).toEqual(['1: Pat +49 30 1234']));
  await until(async () => expect(await left()).toEqual([]));
});

test('a file that is gone is told to the owner, and not waited for', async () => {
  const { open, recorded, bot, rows } = await opened();
  const { deliveries } = await open();
  const delivery = await recorded();
  await rm(delivery.file.path);
  await deliveries.deliver(delivery);
  deliveries.start();
  await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined());
  expect(bot.said).toEqual(['2: Pat +49 30 1234\nNo se pudo entregar la grabación: el archivo ya no está']);
});

test('the same recording handed over twice is delivered once', async () => {
  const { open, recorded, conversation, rows } = await opened();
  const { deliveries } = await open();
  const delivery = await recorded();
  await Promise.all([deliveries.deliver(delivery), deliveries.deliver(delivery)]);
  deliveries.start();
  await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined());
  expect(conversation.received).toEqual(['1: Pat +49 30 1234']);
});
