import { MessageNotSent, type MessageRefusal } from '../../../actors/ports/conversation.ts';
import {
  FirstContactsForbidden,
  floodWaitSeconds,
  LoginLost,
  rpcErrorText,
  TelegramBusy,
  TelegramTimeout,
  TelegramUnreachable,
  UnknownUser,
} from '../client/errors.ts';

/** Telegram's refusals of a message in our words; what is not listed is `refused`. */
const reasons: Readonly<Record<string, MessageRefusal>> = {
  USER_IS_BLOCKED: 'blocked',
  YOU_BLOCKED_USER: 'blocked',
  USER_PRIVACY_RESTRICTED: 'privacy',
  PRIVACY_PREMIUM_REQUIRED: 'privacy',
  CHAT_WRITE_FORBIDDEN: 'privacy',
  PEER_FLOOD: 'first-contact',
  PEER_ID_INVALID: 'unknown-user',
  USER_ID_INVALID: 'unknown-user',
  INPUT_USER_DEACTIVATED: 'unknown-user',
};

export function notSent(error: unknown): MessageNotSent {
  if (error instanceof MessageNotSent) return error;
  const options = { cause: error };
  if (error instanceof FirstContactsForbidden) {
    return new MessageNotSent('first-contact', { ...options, retryAfterMs: error.retryAfterMs });
  }
  if (error instanceof UnknownUser) return new MessageNotSent('unknown-user', options);
  if (error instanceof TelegramBusy) return new MessageNotSent('busy', options);
  if (error instanceof TelegramTimeout || error instanceof TelegramUnreachable || error instanceof LoginLost) {
    return new MessageNotSent('unreachable', options);
  }
  const seconds = floodWaitSeconds(error);
  if (seconds !== undefined) return new MessageNotSent('flood', { ...options, retryAfterMs: seconds * 1_000 });
  const text = rpcErrorText(error) ?? '';
  // The price is part of the text: ALLOW_PAYMENT_REQUIRED_n.
  if (text.startsWith('ALLOW_PAYMENT_REQUIRED')) return new MessageNotSent('payment-required', options);
  return new MessageNotSent(reasons[text] ?? 'refused', options);
}
