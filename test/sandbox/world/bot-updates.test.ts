import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookCallback } from 'grammy';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { endAfterTest, grammyBot, stage } from './stage.ts';

async function updateStage() {
  const scene = await stage();
  const { id, token } = scene.telegram.addBot({ username: 'gate_bot' });
  const { bot } = grammyBot(scene.telegram, token);
  const texts = async (other: Parameters<typeof bot.api.getUpdates>[0] = {}) =>
    (await bot.api.getUpdates(other)).map(({ message }) => message?.text);
  return { ...scene, botId: id, token, bot, api: bot.api, texts };
}

test('updates wait until they are confirmed by a higher offset, over restarts of the bot', async () => {
  const { api, texts, olga, botId } = await updateStage();
  for (const text of ['one', 'two', 'three']) olga.sends(text, botId);
  expect(await texts()).toEqual(['one', 'two', 'three']);
  const [first] = await api.getUpdates({ limit: 1 });
  expect(first?.message).toMatchObject({ text: 'one', from: { language_code: 'en' }, chat: { type: 'private' } });
  expect(await texts({ offset: (first?.update_id ?? 0) + 1 })).toEqual(['two', 'three']);
  expect(await texts({ offset: -1 })).toEqual(['three']);
  expect(await texts()).toEqual(['three']);
});

test('allowed_updates is kept, and decides when an update is made', async () => {
  const { api, texts, olga, botId } = await updateStage();
  await api.getUpdates({ allowed_updates: ['callback_query'] });
  olga.sends('unwanted', botId);
  expect(await texts()).toEqual([]);
  await api.getUpdates({ allowed_updates: [] });
  olga.sends('wanted', botId);
  expect(await texts()).toEqual(['wanted']);
});

test('a long poll answers as soon as something comes, and ends when a second one starts', async () => {
  const { api, texts, olga, botId } = await updateStage();
  const first = texts({ timeout: 30 });
  const refusal = first.catch((error: unknown) => error);
  // The second poll must come when the first waits; a request that is answered at once lies between.
  await api.getMe();
  const second = texts({ timeout: 30 });
  expect(await refusal).toMatchObject({
    error_code: 409,
    description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  });
  olga.sends('at last', botId);
  expect(await second).toEqual(['at last']);
});

test('an edit, a block and a forwarded message are told as what they are', async () => {
  const { api, olga, uwe, botId } = await updateStage();
  const message = olga.sends('/call 200', botId);
  olga.edits(message, '/call 201');
  uwe.sends('original', olga.id);
  const original = await olga.waitsFor(({ text }) => text === 'original');
  olga.forwards(original, botId);
  olga.blocks(botId);
  expect(await api.getUpdates()).toMatchObject([
    { message: { text: '/call 200', entities: [{ type: 'bot_command', offset: 0, length: 5 }] } },
    { edited_message: { text: '/call 201' } },
    { message: { text: 'original', forward_origin: { type: 'user', sender_user: { id: Number(uwe.id) } } } },
    { my_chat_member: { old_chat_member: { status: 'member' }, new_chat_member: { status: 'kicked' } } },
  ]);
});

test('a bot hears what becomes of it in a group', async () => {
  const { api, telegram, olga, botId } = await updateStage();
  const group = telegram.world.addChat({ kind: 'group', title: 'Party', creatorId: olga.id });
  telegram.world.addToChat(group.id, olga.id, botId);
  telegram.world.addToChat(group.id, olga.id, botId);
  telegram.world.addToChat(group.id, olga.id, botId, true);
  telegram.world.leaveChat(group.id, botId, olga.id);
  const changes = (await api.getUpdates()).flatMap(({ my_chat_member: change }) => (change ? [change] : []));
  expect(changes.map(({ old_chat_member: old, new_chat_member: now }) => [old.status, now.status])).toEqual([
    ['left', 'member'],
    ['member', 'administrator'],
    ['administrator', 'kicked'],
  ]);
  expect(changes.map(({ from }) => from.id)).toEqual(Array(3).fill(Number(olga.id)));
});

test('in groups a bot hears of its coming and of commands only', async () => {
  const { api, telegram, olga, botId } = await updateStage();
  const group = telegram.world.addChat({ kind: 'group', title: 'Party', creatorId: olga.id });
  telegram.world.addToChat(group.id, olga.id, botId);
  olga.sends('chatter', group.id);
  olga.sends('/help', group.id);
  const chat = { id: Number(group.id), type: 'group', title: 'Party' };
  expect(await api.getUpdates()).toMatchObject([
    { message: { chat, new_chat_members: [{ id: Number(botId) }] } },
    { my_chat_member: { chat, new_chat_member: { status: 'member' } } },
    { message: { chat, text: '/help' } },
  ]);
  await api.leaveChat(group.id);
  expect(group.members.has(botId)).toBe(false);
});

test('a webhook gets updates in order with its secret, is asked again after failures, and excludes polling', async () => {
  const { bot, api, olga, botId } = await updateStage();
  const texts: string[] = [];
  bot.on('message:text', async (context) => {
    texts.push(context.message.text);
    await context.reply(`got ${context.message.text}`);
  });
  const handle = webhookCallback(bot, 'http', { secretToken: 'sec-ret' });
  let failures = 1;
  const server = createServer((request, response) => {
    if (failures-- > 0) response.writeHead(500).end();
    else void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endAfterTest(async () => {
    server.close();
    server.closeAllConnections();
  });
  olga.sends('before', botId);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await api.setWebhook(url, { secret_token: 'sec-ret' });
  olga.sends('after', botId);
  await olga.waitsFor(({ text }) => text === 'got after');
  expect(texts).toEqual(['before', 'after']);
  expect(await api.getWebhookInfo()).toMatchObject({ url, last_error_message: expect.stringContaining('500') });
  await expect(api.getUpdates()).rejects.toMatchObject({
    error_code: 409,
    description:
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  });
  await api.deleteWebhook();
  await expect(api.setWebhook('http://example.org/')).rejects.toMatchObject({ error_code: 400 });
  olga.sends('later', botId);
  await eventually(async () => expect(await api.getUpdates()).toHaveLength(1));
  expect(texts).not.toContain('later');
});

test('the Bot API can refuse, break off, and lose its answer', async () => {
  const { api, telegram, olga, botId } = await updateStage();
  olga.starts(botId);
  const chatId = Number(olga.id);
  const { botApi } = telegram.faults;
  botApi.tooManyRequests(7, { method: 'sendMessage' });
  await api.getMe();
  await expect(api.sendMessage(chatId, 'x')).rejects.toMatchObject({
    error_code: 429,
    description: 'Too Many Requests: retry after 7',
    parameters: { retry_after: 7 },
  });
  botApi.badGateway();
  await expect(api.sendMessage(chatId, 'x')).rejects.toMatchObject({ error_code: 502 });
  botApi.closeConnection();
  await expect(api.sendMessage(chatId, 'x')).rejects.toThrow('Network request');
  const received = () => olga.conversation(botId).filter(({ out }) => !out);
  expect(received()).toEqual([]);
  botApi.loseAnswer();
  await expect(api.sendMessage(chatId, 'arrived')).rejects.toThrow('Network request');
  expect(received()).toMatchObject([{ text: 'arrived' }]);
});
