import { type Api, type Bot } from 'grammy';
import type { Logger } from 'pino';
import type { SettingsChat, SettingsMessage } from '../../../actors/ports/settings-chat.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import { signal as forLibrary } from '../polling.ts';
import { buttonsMarkup, keysMarkup } from './markup.ts';
import { notModified, notSent, notThere, says, wordsOf } from './refusals.ts';
import type { SettingsPressData } from './settings-press-data.ts';

type Signal = Parameters<Api['getMe']>[0];

/** With the time a message waits for its turn, and the pause Telegram may want. */
const callTimeoutMs = 25_000;
const longestText = 4_096;
/** Stands in a chat for a moment, to see whether it can. */
const testMessage = '✅';

/** The settings bot's own conversations, through the Bot API. */
export function settingsChat(bot: Bot, data: SettingsPressData, log: Logger): SettingsChat {
  const { api } = bot;

  const buttons = ({ buttons: rows = [] }: SettingsMessage, user: UserId) => {
    try {
      return buttonsMarkup(rows, user, data);
    } catch (error) {
      // A person with words and no buttons is better off than one with nothing.
      log.error({ reason: String(error) }, 'buttons of the settings bot could not be made');
      return { inline_keyboard: [] };
    }
  };

  return {
    username: bot.botInfo.username,

    async send(user, message) {
      try {
        const sent = await within(async (signal) =>
          api.sendMessage(
            user,
            cut(message.text),
            {
              reply_markup: message.keys ? keysMarkup(message.keys) : buttons(message, user),
              link_preview_options: { is_disabled: true },
            },
            signal,
          ),
        );
        return sent.message_id;
      } catch (error) {
        throw notSent(error);
      }
    },

    async edit(user, messageId, message) {
      const content = { reply_markup: buttons(message, user), link_preview_options: { is_disabled: true } };
      try {
        await within((signal) => api.editMessageText(user, messageId, cut(message.text), content, signal));
      } catch (error) {
        if (!says(error, notModified)) throw notSent(error);
      }
    },

    async remove(user, messageId) {
      try {
        await within((signal) => removed(api, user, messageId, signal));
      } catch (error) {
        throw notSent(error);
      }
    },

    async usernameOf(user) {
      try {
        const chat = await within((signal) => api.getChat(user, signal));
        return chat.username;
      } catch (error) {
        log.info({ reason: wordsOf(error) }, 'a user name was not told');
        return undefined;
      }
    },

    async prove(chat) {
      try {
        return await within(async (signal) => {
          const posted = await api.sendMessage(chat, testMessage, { disable_notification: true }, signal);
          await removed(api, chat, posted.message_id, signal);
          return { ok: true, title: posted.chat.title };
        });
      } catch (error) {
        return { ok: false, reason: wordsOf(error) };
      }
    },

    leave(chat) {
      api.leaveChat(chat).catch((error: unknown) => {
        log.info({ reason: wordsOf(error) }, 'a chat for recordings could not be left');
      });
    },
  };
}

async function removed(api: Api, chat: string, messageId: number, signal: Signal): Promise<void> {
  await api.deleteMessage(chat, messageId, signal).catch((error: unknown) => {
    if (!says(error, notThere)) throw error;
  });
}

/** A message that waits for its turn does not look at the signal; its caller does. */
async function within<T>(work: (signal: Signal) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(callTimeoutMs);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => reject(new Error('it took too long'));
  limit.addEventListener('abort', end);
  try {
    return await Promise.race([work(forLibrary(limit)), over]);
  } finally {
    limit.removeEventListener('abort', end);
  }
}

/** Telegram counts UTF-16 units; half a pair of them is no character. */
const cut = (text: string): string =>
  text.length <= longestText ? text : `${text.slice(0, longestText - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
