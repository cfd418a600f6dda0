import type { TelegramClient as MtcuteClient } from '@mtcute/node';
import { Bot } from 'grammy';
import type { TelegramClient as GramJsClient } from 'telegram';
import { afterEach } from 'vitest';
import { startTelegram, type TelegramOptions, type TelegramSandbox } from '../../../sandbox/telegram/telegram.ts';
import { gramJs } from '../wire/gramjs-client.ts';
import { mtcute } from '../wire/mtcute-client.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Something to end after the test; last opened, first ended. */
export const endAfterTest = (end: () => Promise<void>): void => {
  closing.push(end);
};

/** A Telegram with Olga, Uwe, and the account that the clients under test log into. */
export async function stage(options: TelegramOptions = {}) {
  const telegram = await startTelegram(options);
  endAfterTest(() => telegram.close());
  const account = telegram.addUser({ firstName: 'Gateway', username: 'gateway', phone: '15550100' });
  const olga = telegram.addUser({ firstName: 'Olga', username: 'olga_p', phone: '15550101', languageCode: 'en' });
  const uwe = telegram.addUser({ firstName: 'Uwe', username: 'uwe_u' });
  return {
    telegram,
    account,
    olga: telegram.person(olga.id),
    uwe: telegram.person(uwe.id),
  };
}

/** Stock GramJS, logged in as this user. Its first request has been made, so it gets updates. */
export async function gramJsAccount(telegram: TelegramSandbox, userId: string): Promise<GramJsClient> {
  const client = gramJs(telegram.mtproto, telegram.sessionString(userId));
  endAfterTest(() => client.destroy());
  await client.connect();
  await client.getMe();
  return client;
}

/** Stock mtcute, logged in as this user, with its update loop running. */
export async function mtcuteAccount(telegram: TelegramSandbox, userId: string): Promise<MtcuteClient> {
  const client = await mtcute(telegram.mtproto);
  endAfterTest(() => client.destroy());
  await client.importSession(telegram.mtproto.mtcuteSession(userId), true);
  await client.getMe();
  await client.startUpdatesLoop();
  return client;
}

/** Stock grammY on the sandbox's Bot API; `start` polls until the test ends. */
export function grammyBot(telegram: TelegramSandbox, token: string) {
  const bot = new Bot(token, { client: { apiRoot: telegram.botApiRoot } });
  const errors: unknown[] = [];
  bot.catch(({ error }) => {
    errors.push(error);
  });
  const start = async () => {
    let polling: Promise<void> | undefined;
    await new Promise<void>((resolve) => {
      polling = bot.start({ onStart: () => resolve(), timeout: 5 });
    });
    endAfterTest(async () => {
      await bot.stop();
      await polling;
    });
  };
  return { bot, errors, start };
}
