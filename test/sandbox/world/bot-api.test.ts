import { InlineKeyboard, InputFile, Keyboard } from 'grammy';
import type { ChatAdministratorRights, KeyboardButtonRequestChat } from 'grammy/types';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { grammyBot, stage } from './stage.ts';

async function botStage() {
  const scene = await stage();
  const { id, token } = scene.telegram.addBot({ username: 'gate_bot' });
  const { bot, errors, start } = grammyBot(scene.telegram, token);
  const call = async (method: string, body?: object, useToken = token) => {
    const response = await fetch(`${scene.telegram.botApiRoot}/bot${useToken}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await response.json()) as { ok: boolean; error_code?: number; description?: string; result?: unknown };
  };
  const olgaId = Number(scene.olga.id);
  return { ...scene, botId: id, token, bot, api: bot.api, errors, start, call, olgaId };
}

describe('who may call what', () => {
  test('unknown tokens, methods and paths are told apart; names do not mind the case', async () => {
    const { call, telegram } = await botStage();
    expect(await call('getMe', {}, '1:wrong')).toEqual({ ok: false, error_code: 401, description: 'Unauthorized' });
    expect(await call('makeCoffee')).toEqual({
      ok: false,
      error_code: 404,
      description: 'Not Found: method not found',
    });
    expect(await call('GETME')).toMatchObject({ ok: true, result: { is_bot: true, username: 'gate_bot' } });
    expect((await fetch(`${telegram.botApiRoot}/elsewhere`)).status).toBe(404);
  });

  test('parameters may come as query, form, JSON or multipart; nonsense is a bad request', async () => {
    const { telegram, token, olga, olgaId, call, botId } = await botStage();
    olga.starts(botId);
    const url = `${telegram.botApiRoot}/bot${token}/sendMessage`;
    const markup = JSON.stringify({ inline_keyboard: [[{ text: 'B', callback_data: 'b' }]] });
    const fields = { chat_id: String(olgaId), text: 'hi', reply_markup: markup };
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    await fetch(`${url}?${new URLSearchParams(fields).toString()}`);
    await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
    await fetch(url, { method: 'POST', body: form });
    const received = olga.conversation(botId).filter(({ out }) => !out);
    expect(received.map(({ text, buttons }) => [text, buttons])).toEqual(Array(3).fill(['hi', [['B']]]));
    const nonsense = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{broken',
    });
    expect(nonsense.status).toBe(400);
    expect(await call('sendMessage', { chat_id: olgaId, text: 'x', reply_markup: '[' })).toMatchObject({
      error_code: 400,
    });
  });
});

describe('sending', () => {
  test('strangers, unknown chats and people who blocked the bot get nothing', async () => {
    const { api, olga, olgaId, botId, telegram } = await botStage();
    await expect(api.sendMessage(999, 'x')).rejects.toMatchObject({
      error_code: 400,
      description: 'Bad Request: chat not found',
    });
    await expect(api.sendMessage(olgaId, 'x')).rejects.toMatchObject({
      error_code: 403,
      description: "Forbidden: bot can't initiate conversation with a user",
    });
    olga.starts(botId);
    await expect(api.sendMessage(olgaId, 'x')).resolves.toBeDefined();
    olga.blocks(botId);
    await expect(api.sendMessage(olgaId, 'x')).rejects.toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    const channel = telegram.world.addChat({ kind: 'channel', title: 'Tapes', creatorId: olga.id });
    await expect(api.sendMessage(channel.id, 'x')).rejects.toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot is not a member of the channel chat',
    });
    telegram.world.addToChat(channel.id, olga.id, botId);
    await expect(api.sendMessage(channel.id, 'x')).rejects.toMatchObject({
      description: 'Bad Request: need administrator rights in the channel chat',
    });
    telegram.world.addToChat(channel.id, olga.id, botId, true);
    const posted = await api.sendMessage(channel.id, 'test');
    expect(olga.conversation(channel.id)).toMatchObject([{ text: 'test' }]);
    await api.deleteMessage(channel.id, posted.message_id);
    expect(olga.conversation(channel.id)).toEqual([]);
    channel.deleted = true;
    await expect(api.sendMessage(channel.id, 'x')).rejects.toMatchObject({
      description: 'Bad Request: chat not found',
    });
  });

  test('texts and buttons beyond the limits are refused in the words of the service', async () => {
    const { call, olga, olgaId, botId } = await botStage();
    olga.starts(botId);
    const send = async (fields: object) =>
      (await call('sendMessage', { chat_id: olgaId, text: 'x', ...fields })).description;
    const button = (fields: object) => ({ reply_markup: { inline_keyboard: [[{ text: 'B', ...fields }]] } });
    expect(await send({ text: '  ' })).toBe('Bad Request: message text is empty');
    expect(await send({ text: 'x'.repeat(4097) })).toBe('Bad Request: message is too long');
    expect(await send({ text: 'x'.repeat(4096) })).toBeUndefined();
    expect(await send(button({ callback_data: '' }))).toBe('Bad Request: BUTTON_DATA_INVALID');
    expect(await send(button({ callback_data: 'ä'.repeat(33) }))).toBe('Bad Request: BUTTON_DATA_INVALID');
    expect(await send(button({ callback_data: 'ä'.repeat(32) }))).toBeUndefined();
    expect(await send(button({}))).toBe('Bad Request: text buttons are unallowed in the inline keyboard');
    expect(await send({ text: '<b>open', parse_mode: 'HTML' })).toBe(
      'Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    );
    expect(await send({ text: 'a.b', parse_mode: 'MarkdownV2' })).toBe(
      "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    );
    expect(await send({ reply_parameters: { message_id: 77 } })).toBe('Bad Request: message to be replied not found');
    expect((await call('sendMessage', { text: 'x' })).description).toBe('Bad Request: chat_id is empty');
    expect((await call('sendVoice', { chat_id: olgaId })).description).toBe(
      'Bad Request: there is no voice in the request',
    );
    expect((await call('sendVoice', { chat_id: olgaId, voice: 'F1' })).description).toBe(
      'Bad Request: wrong file identifier/HTTP URL specified',
    );
  });

  test('files go up by multipart, are sent again by id, and come down', async () => {
    const { api, olga, olgaId, botId, telegram, token } = await botStage();
    olga.starts(botId);
    const bytes = Buffer.alloc(900_000, 9);
    const reply_markup = new InlineKeyboard().text('x', 'y');
    const audio = await api.sendAudio(olgaId, new InputFile(bytes, 'a.mp3'), {
      title: 'Pat',
      performer: 'Office',
      caption: '<i>kept</i>',
      parse_mode: 'HTML',
      reply_markup,
      disable_notification: true,
    });
    const got = olga.conversation(botId).at(-1);
    expect(got).toMatchObject({ text: 'kept', silent: true, buttons: [['x']] });
    expect(got?.file).toMatchObject({ kind: 'audio', title: 'Pat', performer: 'Office', fileName: 'a.mp3' });
    expect(got?.file?.bytes.equals(bytes)).toBe(true);
    const again = await api.sendDocument(olgaId, audio.audio.file_id);
    expect(again.message_id).toBeGreaterThan(audio.message_id);
    const { file_path = '' } = await api.getFile(audio.audio.file_id);
    const download = await fetch(`${telegram.botApiRoot}/file/bot${token}/${file_path}`);
    expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
    const voice = await api.sendVoice(olgaId, new InputFile(Buffer.alloc(50, 7), 'v.ogg'), { duration: 4 });
    expect(voice.voice).toMatchObject({ duration: 4, file_size: 50 });
    await expect(api.getFile('AAAA')).rejects.toMatchObject({ description: 'Bad Request: invalid file_id' });
    const other = grammyBot(telegram, telegram.addBot({ username: 'other_bot' }).token);
    await expect(other.bot.api.getFile(audio.audio.file_id)).rejects.toMatchObject({ error_code: 400 });
    const large = await api.sendDocument(olgaId, new InputFile(Buffer.alloc(20 * 1024 * 1024 + 1), 'l.bin'));
    await expect(api.getFile(large.document.file_id)).rejects.toMatchObject({
      description: 'Bad Request: file is too big',
    });
    await expect(
      api.sendDocument(olgaId, new InputFile(Buffer.alloc(51 * 1024 * 1024), 'xl.bin')),
    ).rejects.toMatchObject({ error_code: 413, description: 'Request Entity Too Large' });
  });
});

describe('editing', () => {
  test('an edit shows on both sides; the same again is refused, and so is what is not there', async () => {
    const { api, olga, olgaId, botId } = await botStage();
    olga.starts(botId);
    const markup = new InlineKeyboard().text('A', 'a');
    const sent = await api.sendMessage(olgaId, 'one', { reply_markup: markup });
    const edited = await api.editMessageText(olgaId, sent.message_id, 'two', { reply_markup: markup });
    expect(edited).toMatchObject({ text: 'two', edit_date: expect.any(Number) });
    expect(olga.conversation(botId).at(-1)).toMatchObject({ text: 'two', buttons: [['A']] });
    await expect(api.editMessageText(olgaId, sent.message_id, 'two', { reply_markup: markup })).rejects.toMatchObject({
      error_code: 400,
      description:
        'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    });
    await api.editMessageReplyMarkup(olgaId, sent.message_id);
    expect(olga.conversation(botId).at(-1)).toMatchObject({ text: 'two', buttons: [] });
    await expect(api.editMessageText(olgaId, 999, 'x')).rejects.toMatchObject({
      description: 'Bad Request: message to edit not found',
    });
    await expect(api.editMessageTextInline('nonsense', 'x')).rejects.toMatchObject({
      description: 'Bad Request: MESSAGE_ID_INVALID',
    });
    await api.deleteMessage(olgaId, sent.message_id);
    await expect(api.deleteMessage(olgaId, sent.message_id)).rejects.toMatchObject({
      description: 'Bad Request: message to delete not found',
    });
  });

  test('the ids of a message differ by side, and a bot may delete what a person wrote to it', async () => {
    const { bot, api, olga, uwe, olgaId, botId, start } = await botStage();
    uwe.starts(botId);
    const seen: number[] = [];
    bot.on('message:text', ({ message }) => {
      seen.push(message.message_id);
    });
    const secret = olga.sends('my password', botId);
    await start();
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen[1]).not.toBe(secret.id);
    await api.deleteMessage(olgaId, seen[1] ?? 0);
    expect(olga.conversation(botId)).toEqual([]);
  });
});

describe('buttons and keys', () => {
  test('a press under the bot’s own message brings that message, and the answer goes back', async () => {
    const { bot, api, olga, olgaId, botId, start, errors } = await botStage();
    bot.callbackQuery('yes', async (context) => {
      await context.answerCallbackQuery({ text: 'done', show_alert: true });
      await context.editMessageText(`was ${context.callbackQuery.message?.message_id}`);
    });
    await start();
    olga.starts(botId);
    const sent = await api.sendMessage(olgaId, 'Sure?', { reply_markup: new InlineKeyboard().text('Yes', 'yes') });
    const message = await olga.waitsFor(({ text }) => text === 'Sure?');
    expect(message.id).not.toBe(0);
    expect(await olga.presses(message, 'Yes')).toBe('done');
    await olga.waitsFor(({ text }) => text === `was ${sent.message_id}`);
    await expect(olga.presses(message, 'Yes')).rejects.toThrow('no button “Yes” to press');
    await expect(api.answerCallbackQuery('123')).rejects.toMatchObject({
      description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
    });
    await expect(api.answerCallbackQuery('123', { text: 'x'.repeat(201) })).rejects.toMatchObject({
      description: 'Bad Request: MESSAGE_TOO_LONG',
    });
    expect(errors).toEqual([]);
  });

  test('keys of a reply keyboard write text, share the own number, and pick people and chats', async () => {
    const { bot, api, olga, uwe, olgaId, botId, start, telegram } = await botStage();
    const heard: object[] = [];
    bot.on('message', ({ message }) => {
      heard.push(message);
    });
    await start();
    olga.starts(botId);
    await api.sendMessage(olgaId, 'Choose', {
      reply_markup: new Keyboard()
        .text('Plain')
        .requestContact('My number')
        .row()
        .requestUsers('Select user', 7, { user_is_bot: false, max_quantity: 1, request_name: true })
        .requestChat('Select channel', 8, { chat_is_channel: true, bot_is_member: true, request_title: true }),
    });
    expect(olga.keyboard(botId)).toEqual([
      ['Plain', 'My number'],
      ['Select user', 'Select channel'],
    ]);
    const question = await olga.waitsFor(({ text }) => text === 'Choose');
    await olga.presses(question, 'Plain');
    await olga.presses(question, 'My number');
    olga.picksUsers(botId, 'Select user', [uwe.id]);
    const channel = telegram.world.addChat({ kind: 'channel', title: 'Tapes', creatorId: olga.id });
    olga.picksChat(botId, 'Select channel', channel.id);
    expect(() => olga.picksUsers(botId, 'Select user', [botId])).toThrow('not offered');
    await eventually(() =>
      expect(heard.slice(1)).toMatchObject([
        { text: 'Plain' },
        { contact: { phone_number: '15550101', first_name: 'Olga', user_id: olgaId } },
        { users_shared: { request_id: 7, users: [{ user_id: Number(uwe.id), first_name: 'Uwe' }] } },
        { chat_shared: { request_id: 8, chat_id: Number(channel.id), title: 'Tapes' } },
      ]),
    );
    await expect(api.sendMessage(channel.id, 'here')).resolves.toBeDefined();
    await api.sendMessage(olgaId, 'Thanks', { reply_markup: { remove_keyboard: true } });
    expect(olga.keyboard(botId)).toBeUndefined();
  });
});

describe('the picker for chats', () => {
  const posting = { can_post_messages: true } as ChatAdministratorRights;
  const request = { chat_is_channel: true, bot_is_member: true };

  async function picker(rights: Partial<KeyboardButtonRequestChat>) {
    const scene = await botStage();
    scene.olga.starts(scene.botId);
    scene.uwe.starts(scene.botId);
    const channel = scene.telegram.world.addChat({ kind: 'channel', title: 'Tapes', creatorId: scene.olga.id });
    const show = (to: string) =>
      scene.api.sendMessage(to, 'Choose', {
        reply_markup: new Keyboard().requestChat('Select channel', 8, { ...request, ...rights }),
      });
    return { ...scene, channel, show };
  }

  test('offers a channel only to those who have the rights the bot wants of them', async () => {
    const { show, olga, uwe, botId, channel, api } = await picker({
      user_administrator_rights: posting,
      bot_administrator_rights: posting,
    });
    await show(uwe.id);
    expect(() => uwe.picksChat(botId, 'Select channel', channel.id)).toThrow('not offered');
    await show(olga.id);
    olga.picksChat(botId, 'Select channel', channel.id);
    expect(await api.getUpdates()).toMatchObject([
      {},
      {},
      { my_chat_member: { from: { id: Number(olga.id) }, new_chat_member: { status: 'administrator' } } },
      { message: { chat_shared: { chat_id: Number(channel.id) } } },
    ]);
  });

  test('of an app that does not add the bot leaves it outside', async () => {
    const { show, olga, botId, channel, api } = await picker({});
    await show(olga.id);
    olga.picksChat(botId, 'Select channel', channel.id, { addsBot: false });
    await expect(api.sendMessage(channel.id, 'x')).rejects.toMatchObject({ error_code: 403 });
  });

  test('is refused when the bot wants more rights than the person must have, or two keys have one id', async () => {
    const { show, olga, api } = await picker({ bot_administrator_rights: posting });
    await expect(show(olga.id)).rejects.toMatchObject({ description: 'Bad Request: BOT_RIGHTS_INVALID' });
    const twice = new Keyboard().requestChat('A', 8, request).requestChat('B', 8, request);
    await expect(api.sendMessage(olga.id, 'Choose', { reply_markup: twice })).rejects.toMatchObject({
      description: 'Bad Request: BUTTON_ID_INVALID',
    });
  });
});

test('what a bot says about itself is kept by scope and language', async () => {
  const { api } = await botStage();
  await api.setMyCommands([{ command: 'start', description: 'Begin' }]);
  await api.setMyCommands([{ command: 'start', description: 'Anfang' }], { language_code: 'de' });
  expect(await api.getMyCommands()).toEqual([{ command: 'start', description: 'Begin' }]);
  expect(await api.getMyCommands({ language_code: 'de' })).toEqual([{ command: 'start', description: 'Anfang' }]);
  await api.deleteMyCommands({ language_code: 'de' });
  expect(await api.getMyCommands({ language_code: 'de' })).toEqual([]);
  await expect(api.setMyCommands([{ command: 'No!', description: 'x' }])).rejects.toMatchObject({
    description: 'Bad Request: BOT_COMMAND_INVALID',
  });
  await api.setMyDescription('About');
  expect(await api.getMyDescription()).toEqual({ description: 'About' });
});
