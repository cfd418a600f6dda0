import { Api } from 'grammy';
import { expect, test } from 'vitest';
import { eventually } from '../../../support/eventually.ts';
import { bot, scene } from './scene.ts';

const commands = {
  en: [{ command: 'softphone', description: 'Your lines' }],
  ru: [{ command: 'softphone', description: 'Ваши линии' }],
};
const scope = { type: 'all_private_chats' } as const;

test('commands are offered in each language, in English to everybody else, and only in private chats', async () => {
  const { sandbox, token } = await scene({ settings: { commands } });
  const api = new Api(token, { apiRoot: sandbox.botApiRoot });
  await eventually(async () => expect(await api.getMyCommands({ scope, language_code: 'ru' })).toEqual(commands.ru));
  expect(await api.getMyCommands({ scope })).toEqual(commands.en);
  expect(await api.getMyCommands()).toEqual([]);
});

test('commands that Telegram does not take are logged, the others are offered, and the bot works', async () => {
  const broken = { es: [{ command: 'No!', description: 'x' }], ...commands };
  const { sandbox, token, logged, olga, inbox } = await scene({ settings: { commands: broken } });
  const api = new Api(token, { apiRoot: sandbox.botApiRoot });
  await eventually(async () => expect(await api.getMyCommands({ scope, language_code: 'ru' })).toEqual(commands.ru));
  expect(logged.join('')).toContain('BOT_COMMAND_INVALID');
  olga.sends('hello', bot);
  await eventually(() => expect(inbox.inputs).toHaveLength(1));
});
