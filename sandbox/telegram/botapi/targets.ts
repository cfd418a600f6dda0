import type { Message, PeerId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import type { Bot } from './bot.ts';
import { BotApiError, badRequest } from './bot-api-error.ts';
import type { Parameters } from './parameters.ts';

/** `chat_id`: a number, or @username of a channel or bot user. @throws BotApiError chat not found, chat_id is empty */
export function chatOf(world: World, params: Parameters): PeerId {
  const given = params.text('chat_id') ?? '';
  if (given === '') throw badRequest('chat_id is empty');
  const id = given.startsWith('@') ? world.directory.byUsername(given)?.id : given;
  const exists = id !== undefined && (world.directory.find(id) ?? world.chats.find(id));
  if (!exists || ('deleted' in exists && exists.deleted)) throw badRequest('chat not found');
  return exists.id;
}

/** As `chatOf`, where the bot wants to write. @throws BotApiError 403 to strangers and where it is no member */
export function recipientOf(world: World, params: Parameters, bot: Bot): PeerId {
  const id = chatOf(world, params);
  const chat = world.chats.find(id);
  if (chat && !chat.members.has(bot.id)) {
    throw new BotApiError(403, `Forbidden: bot is not a member of the ${chat.kind} chat`);
  }
  if (!chat && world.directory.find(id)?.bot) throw new BotApiError(403, "Forbidden: bot can't send messages to bots");
  if (!chat && !bot.user.bot?.startedBy.has(id)) {
    throw new BotApiError(403, "Forbidden: bot can't initiate conversation with a user");
  }
  return id;
}

/** The bot's copy of a message in a chat, a channel's own, or any copy of an inline message. */
export function editTarget(world: World, params: Parameters, bot: Bot): { message: Message; inline: boolean } {
  const inlineId = params.text('inline_message_id');
  if (inlineId) return { message: world.inline.inlineMessage(bot.id, inlineId), inline: true };
  const message = messageIn(world, params, bot);
  if (!message) throw badRequest('message to edit not found');
  if (message.fromId !== bot.id) throw badRequest("message can't be edited");
  return { message, inline: false };
}

export function messageIn(world: World, params: Parameters, bot: Bot): Message | undefined {
  const chatId = chatOf(world, params);
  const messageId = params.int('message_id');
  if (!messageId) throw badRequest('message identifier is not specified');
  return messageById(world, chatId, messageId, bot);
}

export function messageById(world: World, chatId: PeerId, messageId: number, bot: Bot): Message | undefined {
  const owner = world.chats.find(chatId)?.kind === 'channel' ? chatId : bot.id;
  const message = world.messaging.box(owner).messages.get(messageId);
  return message?.peerId === chatId ? message : undefined;
}
