import { InlineKeyboard } from 'grammy';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Api, Raw } from '../wire/gramjs-client.ts';
import { gramJsAccount, grammyBot, stage } from './stage.ts';

const panel = () => new InlineKeyboard().text('1', 'key:1').text('2', 'key:2').row().text('Hang up', 'hangUp');

async function panelStage(options: { inlineFeedback: boolean }) {
  const scene = await stage();
  const { id, token } = scene.telegram.addBot({ username: 'dial_bot', inline: true, ...options });
  const { bot, errors, start } = grammyBot(scene.telegram, token);
  const heard = { queries: [] as string[], chosen: [] as string[], presses: [] as object[] };
  bot.on('inline_query', async (context) => {
    const { query, from, chat_type } = context.inlineQuery;
    heard.queries.push(`${from.id} ${chat_type} ${query}`);
    await context.answerInlineQuery(
      [
        {
          type: 'article',
          id: 'panel',
          title: 'Panel',
          input_message_content: { message_text: `<b>Talking</b> to ${query}`, parse_mode: 'HTML' },
          reply_markup: panel(),
        },
      ],
      { cache_time: 0, is_personal: true },
    );
  });
  bot.on('chosen_inline_result', (context) => {
    heard.chosen.push(context.chosenInlineResult.inline_message_id ?? 'none');
  });
  bot.on('callback_query:data', async (context) => {
    heard.presses.push(context.callbackQuery);
    await context.answerCallbackQuery({ text: `did ${context.callbackQuery.data}` });
    await context.editMessageReplyMarkup({ reply_markup: new InlineKeyboard().text('Muted', 'unmute') });
  });
  await start();
  const client = await gramJsAccount(scene.telegram, scene.account.id);
  const updates: { className: string; message?: { message: string } }[] = [];
  client.addEventHandler((update) => updates.push(update as never), new Raw({}));
  const draw = async () => {
    const peer = await client.getInputEntity('olga_p');
    const bots = await client.getInputEntity('dial_bot');
    const results = await client.invoke(
      new Api.messages.GetInlineBotResults({ bot: bots, peer, query: 'Pat', offset: '' }),
    );
    const sent = await client.invoke(
      new Api.messages.SendInlineBotResult({ peer, queryId: results.queryId, id: results.results[0]?.id ?? '' }),
    );
    return { results, sent: sent as InstanceType<typeof Api.Updates> };
  };
  return { ...scene, botId: id, bot, errors, heard, client, updates, draw };
}

test('a user account draws buttons by way of an inline bot, and presses bring the panel up to date', async () => {
  const { account, olga, botId, bot, errors, heard, updates, draw, telegram } = await panelStage({
    inlineFeedback: true,
  });
  const { results, sent } = await draw();
  expect(results.cacheTime).toBe(0);
  expect(heard.queries).toEqual([`${account.id} private Pat`]);
  const [id, added] = sent.updates as [InstanceType<typeof Api.UpdateMessageID>, { message: { viaBotId: unknown } }];
  expect(id.className).toBe('UpdateMessageID');
  expect(String(added.message.viaBotId)).toBe(botId);

  const [message] = olga.conversation(account.id);
  expect(message).toMatchObject({ text: 'Talking to Pat', out: false, viaBot: 'dial_bot' });
  expect(message?.entities).toEqual([{ type: 'bold', offset: 0, length: 7 }]);
  expect(message?.buttons).toEqual([['1', '2'], ['Hang up']]);

  expect(await olga.presses(message?.id ?? 0, '2')).toBe('did key:2');
  expect(heard.presses).toEqual([
    expect.objectContaining({
      data: 'key:2',
      from: expect.objectContaining({ id: Number(olga.id), first_name: 'Olga', language_code: 'en' }),
      inline_message_id: heard.chosen[0],
    }),
  ]);
  expect(heard.presses[0]).not.toHaveProperty('message');
  await olga.waitsFor(({ buttons }) => buttons[0]?.[0] === 'Muted');
  await eventually(() => expect(updates.map(({ className }) => className)).toContain('UpdateEditMessage'));

  const inlineId = heard.chosen[0] ?? '';
  expect(await bot.api.editMessageTextInline(inlineId, 'Call ended')).toBe(true);
  expect(olga.conversation(account.id).map(({ text }) => text)).toEqual(['Call ended']);
  expect(telegram.person(account.id).conversation(olga.id)).toMatchObject([{ text: 'Call ended', buttons: [] }]);
  await eventually(() => expect(updates.at(-1)?.message?.message).toBe('Call ended'));
  await expect(bot.api.editMessageTextInline(inlineId, 'Call ended')).rejects.toMatchObject({
    error_code: 400,
    description: expect.stringContaining('message is not modified'),
  });
  expect(errors).toEqual([]);
});

test('without inline feedback the bot learns the inline message only from the first press', async () => {
  const { account, olga, heard, draw } = await panelStage({ inlineFeedback: false });
  await draw();
  const message = await olga.waitsFor(({ viaBot }) => viaBot === 'dial_bot');
  await olga.presses(message, 'Hang up');
  expect(heard.chosen).toEqual([]);
  expect(heard.presses).toMatchObject([{ inline_message_id: expect.stringMatching(/^[\w-]{32}$/) }]);
  expect(olga.conversation(account.id)).toHaveLength(1);
});

test('a panel deleted by the account is gone on both sides, and a press on an old copy still reaches the bot', async () => {
  const { account, olga, client, telegram, heard, draw, bot } = await panelStage({ inlineFeedback: true });
  await draw();
  const message = await olga.waitsFor(({ viaBot }) => viaBot === 'dial_bot');
  const [own] = telegram.person(account.id).conversation(olga.id);
  await client.deleteMessages('olga_p', [own?.id ?? 0], { revoke: true });
  expect(olga.conversation(account.id)).toEqual([]);
  await expect(olga.presses(message, '1')).rejects.toMatchObject({ errorMessage: 'MESSAGE_ID_INVALID' });
  expect(await olga.pressesOldCopy(message, '1')).toBe('did key:1');
  expect(heard.presses).toHaveLength(1);
  await expect(bot.api.editMessageTextInline(heard.chosen[0] ?? '', 'x')).rejects.toMatchObject({
    description: 'Bad Request: MESSAGE_ID_INVALID',
  });
});

test('a bot without inline mode offers nothing, and one that stays silent is given up', async () => {
  const { telegram, account } = await stage();
  telegram.addBot({ username: 'plain_bot' });
  telegram.addBot({ username: 'silent_bot', inline: true });
  telegram.faults.world.botAnswerTimeoutMs = 50;
  const client = await gramJsAccount(telegram, account.id);
  const ask = async (username: string) => {
    const bot = await client.getInputEntity(username);
    const peer = new Api.InputPeerSelf();
    return client.invoke(new Api.messages.GetInlineBotResults({ bot, peer, query: '', offset: '' }));
  };
  await expect(ask('plain_bot')).rejects.toMatchObject({ errorMessage: 'BOT_INLINE_DISABLED' });
  await expect(ask('silent_bot')).rejects.toMatchObject({ errorMessage: 'BOT_RESPONSE_TIMEOUT' });
});
