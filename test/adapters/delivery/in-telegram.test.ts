import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RpcError } from '../../../sandbox/telegram/wire/contract.ts';
import { temporaryCluster } from '../../support/database.ts';
import { readPages } from './ogg.ts';
import { telegramOffice, until } from './scene.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
beforeAll(async () => {
  cluster = await temporaryCluster();
});
afterAll(() => cluster?.stop());

describe('a recording', () => {
  test('arrives in the conversation with the chat account, as what it is, and is then forgotten', async () => {
    const { open, recorded, anna, accountId, left } = await telegramOffice(cluster.url);
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded();
    const bytes = await readFile(delivery.file.path);
    await deliveries.deliver(delivery);
    const message = await anna.waitsFor(({ file }) => file !== undefined);
    expect(message).toMatchObject({ fromId: accountId, peerId: accountId, text: delivery.caption });
    expect(message.file).toMatchObject({
      kind: 'audio',
      mime: 'audio/ogg',
      title: 'Pat +49 30 1234',
      performer: 'Office',
      durationSeconds: 2,
      fileName: 'Pat +49 30 1234 2026-11-22 09.30.ogg',
    });
    expect(message.file?.bytes.equals(bytes)).toBe(true);
    await until(async () => expect(await left()).toEqual([]));
  });

  test.each(['group', 'channel'] as const)('AC-80 F-REC-3 arrives in the chosen %s, from the bot', async (kind) => {
    const { open, recorded, bert, anna, botId, accountId, chat, left } = await telegramOffice(cluster.url);
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded({ chat: chat(kind) });
    await deliveries.deliver(delivery);
    const message = await bert.waitsFor(({ file }) => file !== undefined);
    expect(message).toMatchObject({ fromId: botId, peerId: delivery.chat, text: delivery.caption });
    expect(message.file).toMatchObject({
      kind: 'audio',
      title: 'Pat +49 30 1234',
      performer: 'Office',
      durationSeconds: 2,
      fileName: 'Pat +49 30 1234 2026-11-22 09.30.ogg',
    });
    expect(message.file?.bytes).toHaveLength(delivery.file.bytes);
    await until(async () => expect(await left()).toEqual([]));
    expect(anna.conversation(accountId).some(({ file }) => file)).toBe(false);
  });

  test('of many megabytes arrives whole in the conversation', { timeout: 60_000 }, async () => {
    const { open, recorded, anna, left } = await telegramOffice(cluster.url);
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded({}, { seconds: 80, packetsPerPage: 1, packetBytes: 3_000 });
    const bytes = await readFile(delivery.file.path);
    expect(bytes.length).toBeGreaterThan(11_000_000);
    await deliveries.deliver(delivery);
    const { file } = await anna.waitsFor((message) => message.file !== undefined, 40_000);
    expect(file?.bytes.equals(bytes)).toBe(true);
    await until(async () => expect(await left()).toEqual([]));
  });

  test('larger than the bot may upload arrives in the channel in parts with numbers', {
    timeout: 120_000,
  }, async () => {
    const { open, recorded, bert, chat, left } = await telegramOffice(cluster.url);
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded({ chat: chat('channel') }, { seconds: 20, packetsPerPage: 1, packetBytes: 50_000 });
    expect(delivery.file.bytes).toBeGreaterThan(48_000_000);
    const whole = readPages(await readFile(delivery.file.path)).slice(2);
    await deliveries.deliver(delivery);
    const isPart = ({ file }: { file?: unknown }) => file !== undefined;
    await bert.waitsUntil(() => bert.conversation(delivery.chat ?? '').filter(isPart).length === 2, 100_000);
    const parts = bert.conversation(delivery.chat ?? '').filter(isPart);
    expect(parts.map(({ file }) => file?.title)).toEqual(['Pat +49 30 1234 (1/2)', 'Pat +49 30 1234 (2/2)']);
    expect(parts.map(({ text }) => text)).toEqual([`${delivery.caption} (1/2)`, `${delivery.caption} (2/2)`]);
    const streams = parts.map(({ file }) => readPages(file?.bytes ?? Buffer.alloc(0)));
    for (const { file } of parts) expect(file?.bytes.length).toBeLessThanOrEqual(45_000_000);
    const audio = streams.flatMap((pages) => pages.slice(2).map(({ body }) => body));
    expect(Buffer.concat(audio).equals(Buffer.concat(whole.map(({ body }) => body)))).toBe(true);
    await until(async () => expect(await left()).toEqual([]));
  });
});

describe('trouble on the way', () => {
  test.each([
    ['the channel was deleted', 'channel', 'el chat ya no existe'],
    ['the bot was removed from the group', 'group', 'el bot no es miembro del chat'],
  ] as const)(
    'AC-42 %s: after three tries the owner gets it from the bot, with the reason in his language',
    async (_what, kind, reason) => {
      const { open, recorded, sandbox, bert, botId, chat, left, passUntil, rows } = await telegramOffice(cluster.url);
      const delivery = await recorded({ chat: chat(kind) });
      if (kind === 'group') sandbox.world.leaveChat(delivery.chat ?? '', botId, bert.id);
      else sandbox.world.chats.chat(delivery.chat ?? '').deleted = true;
      const { deliveries } = await open();
      deliveries.start();
      await deliveries.deliver(delivery);
      await until(async () => expect((await rows.find(delivery.recording))?.tries).toBe(1));
      expect(bert.conversation(botId).some(({ out }) => !out)).toBe(false);
      await passUntil(() => expect(bert.conversation(botId).some(({ file }) => file)).toBe(true));
      const told = bert.conversation(botId).filter(({ out }) => !out);
      expect(told[0]?.text).toBe(`Pat +49 30 1234\nNo se pudo entregar la grabación: ${reason}`);
      expect(told[1]?.file?.bytes).toHaveLength(delivery.file.bytes);
      expect(told).toHaveLength(2);
      await until(async () => expect(await left()).toEqual([]));
    },
  );

  test('a user who has blocked the chat account: the owner gets it', async () => {
    const { open, recorded, anna, bert, botId, passUntil } = await telegramOffice(cluster.url);
    anna.blocks('@siptg');
    const { deliveries } = await open();
    deliveries.start();
    await deliveries.deliver(await recorded());
    await passUntil(() => expect(bert.conversation(botId).some(({ file }) => file)).toBe(true));
    expect(
      bert
        .conversation(botId)
        .map(({ text }) => text)
        .join(),
    ).toContain('el usuario ha bloqueado la cuenta que llama');
  });

  test('a flood wait while uploading is waited for', async () => {
    const { open, recorded, sandbox, anna, rows } = await telegramOffice(cluster.url);
    sandbox.faults.wire.floodWait('upload.saveFilePart', 1);
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded();
    await deliveries.deliver(delivery);
    await anna.waitsFor(({ file }) => file !== undefined, 10_000);
    await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined());
  });

  test('a long flood wait puts the next try off', async () => {
    const { open, recorded, sandbox, clock, rows } = await telegramOffice(cluster.url);
    sandbox.faults.wire.floodWait('messages.sendMedia', 3_000);
    sandbox.faults.botApi.tooManyRequests(2_000, { method: 'sendAudio' });
    const { deliveries } = await open();
    deliveries.start();
    const [one, two] = [await recorded(), await recorded({ chat: '-1001' })];
    await deliveries.deliver(one);
    await deliveries.deliver(two);
    const waitsOf = async (which: typeof one) => ((await rows.find(which.recording))?.nextTryAt ?? 0) - clock.now();
    await until(async () => expect(await waitsOf(one)).toBe(3_000_000));
    await until(async () => expect(await waitsOf(two)).toBe(2_000_000));
  });

  test('an answer that was lost leaves one message, not two', { timeout: 60_000 }, async () => {
    const { open, recorded, sandbox, anna, accountId, rows } = await telegramOffice(cluster.url);
    sandbox.faults.wire.loseAnswers('messages.sendMedia');
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded();
    await deliveries.deliver(delivery);
    await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined(), 50_000);
    expect(anna.conversation(accountId).filter(({ file }) => file)).toHaveLength(1);
  });

  test('a repetition that Telegram refuses as such counts as delivered', async () => {
    const { open, recorded, sandbox, anna, accountId, rows } = await telegramOffice(cluster.url);
    const { deliveries } = await open();
    deliveries.start();
    const delivery = await recorded();
    sandbox.faults.wire.failMethod('messages.sendMedia', new RpcError(500, 'RANDOM_ID_DUPLICATE'));
    await deliveries.deliver(delivery);
    await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined());
    expect(anna.conversation(accountId).some(({ file }) => file)).toBe(false);
  });

  test('a process that dies between sending and writing it down sends again, and the user sees one file', async () => {
    const { open, recorded, anna, accountId, conversation, rowsRelay, rows } = await telegramOffice(cluster.url);
    const first = await open({
      conversation: {
        maxBytes: conversation.maxBytes,
        async sendAudio(to, audio, signal) {
          await conversation.sendAudio(to, audio, signal);
          rowsRelay.cut();
        },
      },
    });
    const delivery = await recorded();
    first.deliveries.start();
    await first.deliveries.deliver(delivery);
    await anna.waitsFor(({ file }) => file !== undefined);
    await first.close();
    rowsRelay.mend();
    const second = await open();
    second.deliveries.start();
    await until(async () => expect(await rows.find(delivery.recording)).toBeUndefined(), 25_000);
    expect(anna.conversation(accountId).filter(({ file }) => file)).toHaveLength(1);
  });
});
