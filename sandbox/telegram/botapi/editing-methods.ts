import type { ContentChange } from '../world/messaging.ts';
import type { Content, Message } from '../world/model.ts';
import type { World } from '../world/world.ts';
import type { Bot } from './bot.ts';
import { BotApiError, badRequest, notModified } from './bot-api-error.ts';
import { caption, messageText } from './formatted.ts';
import { messageJson } from './json.ts';
import { inlineMarkupOf } from './markup.ts';
import type { MethodTable } from './methods.ts';
import { Parameters } from './parameters.ts';
import { documentOf } from './sending-methods.ts';
import { chatOf, editTarget, messageById, messageIn } from './targets.ts';

/** Changing and removing messages. Methods called with an inline_message_id answer `true`. */
export function editingMethods(world: World): MethodTable {
  /** An edit without reply_markup removes the buttons. */
  const edit = (params: Parameters, bot: Bot, change: (message: Message) => ContentChange) => {
    const { message, inline } = editTarget(world, params, bot);
    const markup = inlineMarkupOf(params);
    const wanted = { ...change(message), markup };
    if (isSame(message, wanted)) throw notModified();
    const edited = world.messaging.edit(message, wanted);
    return inline ? true : messageJson(world, edited.message, bot.id);
  };

  const remove = (message: Message, bot: Bot): void => {
    const chat = world.chats.find(message.peerId);
    if (chat && message.fromId !== bot.id && !chat.admins.has(bot.id)) throw badRequest("message can't be deleted");
    world.messaging.delete(message.ownerId, [message.id], true);
  };

  return {
    editMessageText: (params, bot) => {
      const words = messageText(params);
      return edit(params, bot, (message) => {
        if (message.media) throw badRequest('there is no text in the message to edit');
        return withEntities(words);
      });
    },

    editMessageCaption: (params, bot) => {
      const words = caption(params);
      return edit(params, bot, (message) => {
        if (!message.media) throw badRequest('there is no caption in the message to edit');
        return withEntities(words);
      });
    },

    editMessageReplyMarkup: (params, bot) => edit(params, bot, () => ({})),

    editMessageMedia(params, bot) {
      const media = params.object('media');
      const kind = media?.['type'];
      if (!media || (kind !== 'audio' && kind !== 'document')) throw badRequest('wrong type of the media');
      const fields = Parameters.fromObject(media);
      return edit(params, bot, () => ({
        ...withEntities(caption(fields)),
        media: {
          kind: 'document',
          document: documentOf(world, params.fileBehind(media['media']), kind, fields, bot),
        },
      }));
    },

    deleteMessage(params, bot) {
      const message = messageIn(world, params, bot);
      if (!message) throw badRequest('message to delete not found');
      remove(message, bot);
      return true;
    },

    deleteMessages(params, bot) {
      const ids = (params.array('message_ids') ?? []).map(Number);
      if (ids.length === 0 || ids.length > 100) throw badRequest('message identifiers are not specified');
      const chatId = chatOf(world, params);
      for (const id of ids) {
        const message = messageById(world, chatId, id, bot);
        if (message) remove(message, bot);
      }
      return true;
    },

    leaveChat(params, bot) {
      const chat = world.chats.find(chatOf(world, params));
      if (!chat?.members.has(bot.id)) throw new BotApiError(403, 'Forbidden: bot is not a member of the group chat');
      world.leaveChat(chat.id, bot.id);
      return true;
    },
  };
}

/** New words come with their own formatting, or none. */
const withEntities = (words: { readonly text: string; readonly entities?: Content['entities'] }): ContentChange => ({
  text: words.text,
  entities: words.entities,
});

/** Parts that the edit does not name stay, and so are the same. */
function isSame(message: Message, wanted: ContentChange): boolean {
  const same = (part: keyof ContentChange) =>
    !(part in wanted) || JSON.stringify(message[part] ?? null) === JSON.stringify(wanted[part] ?? null);
  return same('text') && same('entities') && same('markup') && (!('media' in wanted) || wanted.media === message.media);
}
