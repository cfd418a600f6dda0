import { connect } from 'node:net';
import { pino } from 'pino';
import testApi from 'telegram-test-api';
import { expect, onTestFinished, test } from 'vitest';
import { startBot } from '../../../src/adapters/bot/bot.ts';
import { memoryPanels } from '../../../src/adapters/bot/panels.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import type { SettingsPress } from '../../../src/machines/model/settings.ts';
import { MemoryDialogues } from '../../fakes/settings/dialogues.ts';
import { MemoryInbox } from '../../fakes/settings/inbox.ts';
import { freePort } from '../../peers/program.ts';
import { botSettings } from '../../support/bot-settings.ts';
import { eventually } from '../../support/eventually.ts';

const token = '42:secret';
const olga = UserId(777);
const press: SettingsPress = { do: 'callback', on: true };

/** Somebody else's idea of the Bot API. It knows messages, commands, presses and edits; no long polls, no other methods. */
async function scene() {
  const port = await freePort();
  // What the library's types call `default` is what Node's import of a CommonJS module gives as a whole.
  const TelegramServer = testApi as unknown as typeof testApi.default;
  const server = new TelegramServer({ port, host: '127.0.0.1' });
  await server.start();
  onTestFinished(async () => void (await server.stop()));
  const client = server.getClient(token, { userId: Number(olga), chatId: Number(olga), firstName: 'Olga' });

  const dialogues = new MemoryDialogues();
  const inbox = new MemoryInbox(dialogues);
  const toasts: string[] = [];
  const bot = await startBot({
    token,
    apiRoot: server.config.apiURL,
    chatAccountId: UserId(1),
    panels: memoryPanels(),
    toast: () => 'toast',
    log: pino({ level: 'silent' }),
    settings: botSettings({
      inbox,
      toast: (says) => {
        toasts.push(says);
        return says;
      },
      commands: { en: [{ command: 'start', description: 'Begin' }] },
    }),
  });
  bot.read();
  onTestFinished(() => bot.stop());
  const inputs = () => [...inbox.rows.values()].map(({ input }) => input);
  return { server, port, client, dialogues, toasts, bot, inputs };
}

test('it listens on one loopback address only', async () => {
  const { port } = await scene();
  const reaches = (host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host, port }, () => resolve(true));
      socket.on('error', () => resolve(false));
      onTestFinished(() => void socket.destroy());
    });
  expect(await reaches('127.0.0.1')).toBe(true);
  // A listener on all interfaces would answer here, too.
  expect(await reaches('127.0.0.2')).toBe(false);
});

test('messages and commands are kept as what they mean', async () => {
  const { client, inputs } = await scene();
  await client.sendCommand(client.makeCommand('/start l_AAAAbbbbCCCCdddd'));
  await client.sendMessage(client.makeMessage('pbx.test'));
  await eventually(
    () =>
      expect(inputs()).toEqual([
        { kind: 'command', command: 'start', payload: 'l_AAAAbbbbCCCCdddd' },
        { kind: 'text', text: 'pbx.test', messageId: expect.any(Number) as number },
      ]),
    { timeout: 5_000 },
  );
});

test('a screen is sent, pressed and changed; a press of somebody else is refused', async () => {
  const { server, client, dialogues, toasts, bot, inputs } = await scene();
  const chat = bot.settingsChat;
  const buttons = [[{ label: 'Switch on Callback mode', press }]];
  const screenMessage = await chat.send(olga, { text: 'Your lines', buttons });
  await dialogues.save(olga, { screenMessage, question: undefined, picking: undefined, givenUp: undefined });

  const { result } = await client.getUpdates();
  const markup = result[0]?.message.reply_markup;
  if (!markup || !('inline_keyboard' in markup)) throw new Error('no buttons');
  const button = markup.inline_keyboard[0]?.[0];
  if (!button || !('callback_data' in button)) throw new Error('no button');
  const message = { message_id: screenMessage };
  await client.sendCallback(client.makeCallbackQuery(button.callback_data, { message }));
  await eventually(() => expect(inputs()).toEqual([{ kind: 'press', press, messageId: screenMessage }]));
  expect(toasts).toEqual([]);

  const uwe = server.getClient(token, { userId: 778, chatId: 778 });
  await uwe.sendCallback(uwe.makeCallbackQuery(button.callback_data, { message }));
  await eventually(() => expect(toasts).toEqual(['not-yours']));

  const edited = server.waitBotEdits();
  await chat.edit(olga, screenMessage, { text: 'Changed' });
  await edited;
  const history = await client.getUpdatesHistory();
  expect(history).toContainEqual(
    expect.objectContaining({
      messageId: screenMessage,
      message: expect.objectContaining({ text: 'Changed' }) as object,
    }),
  );
  await chat.remove(olga, screenMessage);
  expect(server.storage.botMessages).toEqual([]);
});
