import type { World } from '../world/world.ts';
import { badRequest } from './bot-api-error.ts';
import { documentByFileId, fileIdOf, filePathOf, fileUniqueIdOf } from './file-ids.ts';
import { chatJson, userJson } from './json.ts';
import type { Method, MethodTable } from './methods.ts';
import { isRecord, type Parameters, scalarText } from './parameters.ts';
import { chatOf } from './targets.ts';

const maxDownloadBytes = 20 * 1024 * 1024;

/** Facts about bots, chats and files, and what a bot sets about itself. */
export function settingsMethods(world: World): MethodTable {
  return {
    getMe: (_params, bot) => ({
      ...userJson(world, bot.id),
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: bot.user.bot?.inline ?? false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
    logOut: () => true,
    close: () => true,

    getChat(params) {
      const chatId = chatOf(world, params);
      return { ...chatJson(world, chatId), accent_color_id: 0, max_reaction_count: 11, accepted_gift_types: {} };
    },

    getChatMember(params) {
      const chatId = chatOf(world, params);
      const userId = params.text('user_id') ?? '';
      const chat = world.chats.find(chatId);
      if (!world.directory.find(userId)) throw badRequest('invalid user_id specified');
      const status = !chat?.members.has(userId)
        ? 'left'
        : chat.creatorId === userId
          ? 'creator'
          : chat.admins.has(userId)
            ? 'administrator'
            : 'member';
      const rights = status === 'administrator' ? { can_post_messages: true, can_delete_messages: true } : {};
      return { status, user: userJson(world, userId), ...rights };
    },

    getFile(params, bot) {
      const document = documentByFileId(world, params.text('file_id') ?? '', bot.id);
      if (!document) throw badRequest('invalid file_id');
      if (document.bytes.length > maxDownloadBytes) throw badRequest('file is too big');
      return {
        file_id: fileIdOf(document, bot.id),
        file_unique_id: fileUniqueIdOf(document),
        file_size: document.bytes.length,
        file_path: filePathOf(document),
      };
    },

    setMyCommands(params, bot) {
      const commands = params.array('commands') ?? [];
      const valid = (command: unknown) =>
        isRecord(command) &&
        /^[a-z0-9_]{1,32}$/.test(scalarText(command['command'])) &&
        /^.{1,256}$/s.test(scalarText(command['description']));
      if (!commands.every(valid)) throw badRequest('BOT_COMMAND_INVALID');
      bot.settings.set(commandsKey(params), commands);
      return true;
    },
    getMyCommands: (params, bot) => bot.settings.get(commandsKey(params)) ?? [],
    deleteMyCommands: (params, bot) => {
      bot.settings.delete(commandsKey(params));
      return true;
    },

    ...described('Name', 'name'),
    ...described('Description', 'description'),
    ...described('ShortDescription', 'short_description'),

    setChatMenuButton: (params, bot) => {
      bot.settings.set(`menu/${params.text('chat_id') ?? ''}`, params.object('menu_button') ?? { type: 'default' });
      return true;
    },
    getChatMenuButton: (params, bot) => bot.settings.get(`menu/${params.text('chat_id') ?? ''}`) ?? { type: 'default' },
  };
}

const commandsKey = (params: Parameters) =>
  `commands/${JSON.stringify(params.object('scope') ?? { type: 'default' })}/${params.text('language_code') ?? ''}`;

/** The texts of a bot's profile, per language. */
function described(name: string, field: string): Record<string, Method> {
  const key = (params: Parameters) => `${field}/${params.text('language_code') ?? ''}`;
  return {
    [`setMy${name}`]: (params, bot) => {
      bot.settings.set(key(params), params.text(field) ?? '');
      return true;
    },
    [`getMy${name}`]: (params, bot) => ({ [field]: bot.settings.get(key(params)) ?? '' }),
  };
}
