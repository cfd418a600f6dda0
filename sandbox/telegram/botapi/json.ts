import type { Chat, Document, Entity, Message, PeerId, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { fileIdOf, fileUniqueIdOf } from './file-ids.ts';
import { markupJson } from './markup.ts';

type Json = Record<string, unknown>;

export function userJson(world: World, id: UserId): Json {
  const user = world.directory.user(id);
  return compact({
    id: Number(id),
    is_bot: user.bot !== undefined,
    first_name: user.firstName,
    last_name: user.lastName,
    username: user.username,
    language_code: user.languageCode,
  });
}

export function chatJson(world: World, id: PeerId): Json {
  const chat = world.chats.find(id);
  if (chat) return groupJson(chat);
  const { firstName, lastName, username } = world.directory.user(id);
  return compact({ id: Number(id), type: 'private', first_name: firstName, last_name: lastName, username });
}

const groupJson = (chat: Chat): Json => ({ id: Number(chat.id), type: chat.kind, title: chat.title });

/** A message as the bot sees it that owns this copy (or posted it in a channel). */
export function messageJson(world: World, message: Message, botId: UserId, depth = 0): Json {
  const isChannel = world.chats.find(message.peerId)?.kind === 'channel';
  const replied =
    message.replyToId === undefined || depth > 0
      ? undefined
      : world.messaging.box(message.ownerId).messages.get(message.replyToId);
  return compact({
    message_id: message.id,
    ...(isChannel ? { sender_chat: chatJson(world, message.peerId) } : { from: userJson(world, message.fromId) }),
    chat: chatJson(world, message.peerId),
    date: message.date,
    edit_date: message.editDate,
    via_bot: message.viaBotId ? userJson(world, message.viaBotId) : undefined,
    reply_to_message: replied ? messageJson(world, replied, botId, depth + 1) : undefined,
    forward_origin: message.forwardedFrom
      ? {
          type: 'user',
          date: message.forwardedFrom.date,
          sender_user: userJson(world, message.forwardedFrom.userId),
        }
      : undefined,
    ...contentJson(world, message, botId),
    reply_markup: markupJson(message.markup),
  });
}

function contentJson(world: World, message: Message, botId: UserId): Json {
  const { text, media, action } = message;
  if (action) return actionJson(world, message, botId);
  const entities = entitiesJson(world, text, message.entities);
  if (media?.kind === 'contact') {
    const { phone, firstName, lastName, userId } = media.contact;
    const contact = { phone_number: phone, first_name: firstName, last_name: lastName };
    return { contact: compact({ ...contact, user_id: userId ? Number(userId) : undefined }) };
  }
  if (!media) return { text, entities };
  return {
    [media.document.kind]: fileJson(media.document, botId),
    caption: text || undefined,
    caption_entities: text ? entities : undefined,
  };
}

export function fileJson(document: Document, botId: UserId): Json {
  const common = {
    file_id: fileIdOf(document, botId),
    file_unique_id: fileUniqueIdOf(document),
    mime_type: document.mime,
    file_size: document.bytes.length,
  };
  if (document.kind === 'document') return compact({ ...common, file_name: document.fileName });
  const duration = document.durationSeconds ?? 0;
  if (document.kind === 'voice') return { ...common, duration };
  const { title, performer, fileName } = document;
  return compact({ ...common, duration, title, performer, file_name: fileName });
}

function actionJson(world: World, { action }: Message, botId: UserId): Json {
  switch (action?.kind) {
    case 'usersShared':
      return {
        users_shared: {
          request_id: action.requestId,
          users: action.users.map(({ userId, firstName, username }) =>
            compact({ user_id: Number(userId), first_name: firstName, username }),
          ),
        },
      };
    case 'chatShared':
      return {
        chat_shared: compact({ request_id: action.requestId, chat_id: Number(action.chatId), title: action.title }),
      };
    case 'chatCreated':
      return action.userIds.includes(botId) ? { group_chat_created: true } : {};
    case 'chatUsersAdded':
      return { new_chat_members: action.userIds.map((id) => userJson(world, id)) };
    case 'chatUserLeft':
      return { left_chat_member: userJson(world, action.userId) };
    default:
      return {};
  }
}

/** The service finds commands by itself; the rest is what the sender marked. */
function entitiesJson(world: World, text: string, entities: readonly Entity[] = []): Json[] | undefined {
  const commands = [...text.matchAll(/(?<=^|\s)\/[a-zA-Z0-9_]{1,64}(@\w+)?/g)].map((match) => ({
    type: 'bot_command',
    offset: match.index,
    length: match[0].length,
  }));
  const marked = entities.map(({ userId, ...entity }) =>
    compact({ ...entity, user: userId && world.directory.find(userId) ? userJson(world, userId) : undefined }),
  );
  const all = [...commands, ...marked];
  return all.length > 0 ? all : undefined;
}

/** Without the fields that are undefined. */
export function compact(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
