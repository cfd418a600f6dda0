import { errors } from 'telegram';
import { floodWaitSeconds, rpcErrorText } from '../client/errors.ts';

/** The login did not come about. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed';
}

/** Telegram's refusals in words for the person who logs in. */
const explanations: Readonly<Record<string, string>> = {
  PHONE_NUMBER_INVALID: 'Telegram does not take this for a phone number',
  PHONE_NUMBER_BANNED: 'Telegram has banned this number',
  PHONE_NUMBER_UNOCCUPIED: 'there is no Telegram account with this number; make one with an app first',
  PHONE_CODE_INVALID: 'the code was wrong too often',
  PHONE_CODE_EMPTY: 'no code was given',
  PHONE_CODE_EXPIRED: 'the code is too old; begin again',
  PASSWORD_HASH_INVALID: 'the password was wrong too often',
  API_ID_INVALID: 'API id and hash do not belong together',
};

/** @throws LoginFailed for what Telegram refuses */
export async function explain<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof LoginFailed || !(error instanceof errors.RPCError)) throw error;
    const seconds = floodWaitSeconds(error);
    const wait = seconds === undefined ? undefined : `too many attempts: Telegram wants ${seconds} s of rest`;
    const text = rpcErrorText(error) ?? '';
    throw new LoginFailed(wait ?? explanations[text] ?? `Telegram refused: ${text}`, { cause: error });
  }
}
