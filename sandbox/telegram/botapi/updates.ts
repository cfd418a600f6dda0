import type { WorldEvent } from '../world/events.ts';
import type { UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { chatJson, compact, messageJson, userJson } from './json.ts';

/** An event as the update a bot gets for it (one kind, one payload); undefined for what bots are not told. */
export function updateOf(world: World, event: WorldEvent, botId: UserId): Record<string, object> | undefined {
  switch (event.type) {
    case 'message':
    case 'edit': {
      const { message } = event;
      if (message.out || message.action?.kind === 'phoneCall') return undefined;
      // In groups a bot hears only commands and what concerns the group (privacy mode, the default of BotFather).
      if (message.peerId.startsWith('-') && !message.action && !message.text.startsWith('/')) return undefined;
      const json = messageJson(world, message, botId);
      return event.type === 'message' ? { message: json } : { edited_message: json };
    }
    case 'inlineQuery':
      return {
        inline_query: {
          id: event.queryId,
          from: userJson(world, event.fromId),
          query: event.query,
          offset: event.offset,
          chat_type: event.peerId === botId ? 'sender' : String(chatJson(world, event.peerId)['type']),
        },
      };
    case 'inlineChosen':
      return {
        chosen_inline_result: compact({
          result_id: event.resultId,
          from: userJson(world, event.fromId),
          query: event.query,
          inline_message_id: event.inlineMessageId,
        }),
      };
    case 'callbackQuery':
      return {
        callback_query: compact({
          id: event.queryId,
          from: userJson(world, event.fromId),
          message: event.message ? messageJson(world, event.message, botId) : undefined,
          inline_message_id: event.inlineMessageId,
          chat_instance: '1',
          data: event.data,
        }),
      };
    case 'botMembership': {
      const user = userJson(world, botId);
      return {
        my_chat_member: {
          chat: chatJson(world, event.peerId),
          from: userJson(world, event.byId),
          date: world.nowSeconds(),
          old_chat_member: { user, status: event.from },
          new_chat_member: { user, status: event.to },
        },
      };
    }
    default:
      return undefined;
  }
}
