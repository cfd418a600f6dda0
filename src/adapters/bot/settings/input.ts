import type { Message } from 'grammy/types';
import { UserId } from '../../../machines/model/ids.ts';
import type { SettingsInput } from '../../../machines/model/settings.ts';
import { requestOf } from './request-ids.ts';

type CommandName = Extract<SettingsInput, { kind: 'command' }>['command'];

const everybodys: readonly string[] = ['start', 'softphone', 'workers', 'help', 'language', 'cancel'];
const admins: readonly string[] = ['owners', 'lines', 'plan', 'notice', 'hosts'];

/**
 * What a message in a private chat means; undefined: nothing, such as that the person pinned a message. A command that is
 * none of ours is a text like any other.
 */
export function inputOf(
  message: Message,
  { botName, isAdmin }: { readonly botName: string; readonly isAdmin: boolean },
): SettingsInput | undefined {
  const { text, users_shared: users, chat_shared: chat, message_id: messageId } = message;
  if (text !== undefined) {
    return commandIn(storable(text), botName, isAdmin) ?? { kind: 'text', text: storable(text), messageId };
  }
  if (users) {
    const [user] = users.users;
    const name = user?.first_name;
    return (
      user && {
        kind: 'user-picked',
        request: requestOf(users.request_id),
        user: UserId(user.user_id),
        name: name === undefined ? undefined : storable(name),
      }
    );
  }
  if (chat) {
    const title = chat.title === undefined ? undefined : storable(chat.title);
    return { kind: 'chat-picked', request: requestOf(chat.request_id), chat: String(chat.chat_id), title };
  }
  return contents.some((content) => content in message) ? { kind: 'other' } : undefined;
}

/** PostgreSQL takes neither the character 0 nor half a surrogate pair, and would refuse the row for ever. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

const form = /^\/(?<name>\w+)(?:@(?<bot>\w+))?(?:\s+(?<payload>.*))?$/s;

function commandIn(text: string, botName: string, isAdmin: boolean): SettingsInput | undefined {
  const { name = '', bot, payload = '' } = form.exec(text)?.groups ?? {};
  const command = name.toLowerCase();
  const isOurs = everybodys.includes(command) || (isAdmin && admins.includes(command));
  if (!isOurs || (bot !== undefined && bot.toLowerCase() !== botName.toLowerCase())) return undefined;
  return { kind: 'command', command: command as CommandName, payload: payload.trim() };
}

/** What people send, as opposed to what Telegram notes in a conversation. */
const contents = [
  'animation',
  'audio',
  'checklist',
  'contact',
  'dice',
  'document',
  'game',
  'location',
  'paid_media',
  'photo',
  'poll',
  'sticker',
  'story',
  'venue',
  'video',
  'video_note',
  'voice',
] as const satisfies readonly (keyof Message)[];
