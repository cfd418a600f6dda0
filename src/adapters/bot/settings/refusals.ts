import { GrammyError } from 'grammy';
import { SettingsMessageNotSent } from '../../../actors/ports/settings-chat.ts';

/**
 * What Telegram said to sending, editing or deleting, in our words. The library's errors stay here: they carry the whole
 * message, or the address with the token in it.
 */
export const notSent = (error: unknown): SettingsMessageNotSent =>
  new SettingsMessageNotSent(reasonOf(error), { cause: wordsOf(error) });

/** Telegram's own words, for a person. */
export const wordsOf = (error: unknown): string =>
  error instanceof GrammyError
    ? error.description.replace(/^(Bad Request|Forbidden|Too Many Requests): /, '')
    : 'Telegram could not be reached';

export const says = (error: unknown, words: RegExp): boolean =>
  error instanceof GrammyError && error.error_code === 400 && words.test(error.description);

/** The same content stands there already. */
export const notModified = /message is not modified/;
export const notThere = /message to (?:edit|delete) not found|MESSAGE_ID_INVALID/;
const notChangeable = /message can't be edited|there is no text in the message/;
const noSuchPerson = /chat not found|PEER_ID_INVALID|USER_IS_BLOCKED|user is deactivated/;

function reasonOf(error: unknown): SettingsMessageNotSent['reason'] {
  if (!(error instanceof GrammyError)) return error instanceof RangeError ? 'refused' : 'unreachable';
  if (error.error_code === 403 || says(error, noSuchPerson)) return 'blocked';
  if (says(error, notThere) || says(error, notChangeable)) return 'gone';
  return error.error_code === 429 || error.error_code >= 500 ? 'unreachable' : 'refused';
}
