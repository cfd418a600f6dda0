import { Api } from 'telegram';
import type { IncomingMessage } from '../../../actors/ports/conversation.ts';
import { EpochMs, UserId } from '../../../machines/model/ids.ts';

/** Telegram's own notices, login codes among them, come from a user account that is no bot. */
const telegramItself = UserId(777_000);

/**
 * A message of a person in his private chat with the account, in our words. Undefined for everything else: groups, bots,
 * Telegram itself, what the account wrote, service messages.
 */
export function incomingMessage(
  message: Api.Message,
  self: UserId,
  isBot: (user: UserId) => boolean,
): IncomingMessage | undefined {
  if (message.out === true || !(message.peerId instanceof Api.PeerUser) || message.fromScheduled === true)
    return undefined;
  const userId = UserId(message.peerId.userId.toString());
  if (userId === self || userId === telegramItself || isBot(userId)) return undefined;
  const { replyTo } = message;
  const repliedId = replyTo instanceof Api.MessageReplyHeader ? replyTo.replyToMsgId : undefined;
  return {
    userId,
    messageId: message.id,
    sentAt: EpochMs(message.date * 1_000),
    ...content(message),
    ...(repliedId !== undefined && { replyTo: repliedId }),
  };
}

function content({ media, message }: Api.Message): Pick<IncomingMessage, 'kind' | 'text' | 'contactPhone'> {
  if (media instanceof Api.MessageMediaContact) return { kind: 'contact', contactPhone: media.phoneNumber };
  // Telegram adds a preview of its own to a text with a link.
  if (media && !(media instanceof Api.MessageMediaWebPage) && !(media instanceof Api.MessageMediaEmpty)) {
    return { kind: 'other', ...(message && { text: message }) };
  }
  return message ? { kind: 'text', text: message } : { kind: 'other' };
}
