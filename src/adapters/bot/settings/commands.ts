import type { Bot } from 'grammy';
import type { BotCommand } from 'grammy/types';
import type { Logger } from 'pino';

/** What Telegram offers people to type, by language (`en`, `ru`, …); `en` is for all other languages, too. */
export type CommandList = Readonly<
  Record<string, readonly { readonly command: string; readonly description: string }[]>
>;

/** Tells Telegram the commands, in private chats. What cannot be told is only logged: people can type it all the same. */
export async function tellCommands(bot: Bot, lists: CommandList, log: Logger): Promise<void> {
  for (const [language, commands] of Object.entries(lists)) {
    const where = language === 'en' ? {} : { language_code: language as 'ru' };
    await bot.api
      .setMyCommands(commands as BotCommand[], { scope: { type: 'all_private_chats' }, ...where })
      .catch((error: unknown) => {
        log.info({ reason: String(error), language }, 'commands were not told to Telegram');
      });
  }
}
