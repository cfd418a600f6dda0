import { Api, helpers } from 'telegram';
import type { TelegramAccount } from '../client/account.ts';
import { rpcErrorText, TelegramTimeout } from '../client/errors.ts';

type Sending = Api.messages.SendMessage | Api.messages.SendInlineBotResult;

/** The bot's answer is part of the waiting: it is polled for. */
const inlineTimeoutMs = 5_000;

/** @returns the message's id in the account's box */
export function sendText(account: TelegramAccount, peer: Api.TypeInputPeer, text: string, silent: boolean) {
  return sendOnce(
    account,
    new Api.messages.SendMessage({
      peer,
      message: text,
      randomId: helpers.generateRandomLong(),
      noWebpage: true,
      silent,
    }),
    peer,
    text,
  );
}

/**
 * Has the bot draw what is registered under the token, and sends it as the account (product §14.1).
 * @returns the message's id in the account's box
 */
export async function sendPanel(
  account: TelegramAccount,
  peer: Api.TypeInputPeer,
  bot: Api.TypeInputUser,
  { token, text, silent }: { token: string; text: string; silent: boolean },
): Promise<number> {
  const { queryId, results } = await account
    .invoke(new Api.messages.GetInlineBotResults({ bot, peer, query: token, offset: '' }), inlineTimeoutMs)
    .catch((error: unknown) => {
      // Nothing was sent yet, so this time-out is no doubt; a flood wait has to be waited for as any other.
      throw error instanceof TelegramTimeout ? new BotDrewNothing('the settings bot is mute', { cause: error }) : error;
    });
  const [result] = results;
  if (!result) throw new BotDrewNothing('the settings bot answered no result');
  return sendOnce(
    account,
    new Api.messages.SendInlineBotResult({
      peer,
      queryId,
      id: result.id,
      randomId: helpers.generateRandomLong(),
      clearDraft: false,
      silent,
    }),
    peer,
    text,
  );
}

/** The settings bot is away, does not know the panel, or does not take us for the chat account. */
export class BotDrewNothing extends Error {
  override readonly name = 'BotDrewNothing';
}

/** Sends, and when no answer comes asks again with the same random id, by which Telegram knows the repetition. */
async function sendOnce(
  account: TelegramAccount,
  request: Sending,
  peer: Api.TypeInputPeer,
  text: string,
): Promise<number> {
  const attempt = async () => sentId(await account.invoke<Sending>(request), request);
  try {
    return await attempt().catch((error: unknown) => {
      if (error instanceof TelegramTimeout) return attempt();
      throw error;
    });
  } catch (error) {
    return afterDuplicate(error, account, peer, text);
  }
}

function sentId(result: Api.TypeUpdates, { randomId }: Sending): number {
  if (result instanceof Api.UpdateShortSentMessage) return result.id;
  const updates = 'updates' in result ? result.updates : [];
  for (const update of updates) {
    if (update instanceof Api.UpdateMessageID && update.randomId?.toString() === randomId?.toString()) return update.id;
  }
  throw new Error('Telegram did not name the message it sent');
}

/** RANDOM_ID_DUPLICATE: it was sent before, under an id that the lost answer told. The history knows it. */
async function afterDuplicate(error: unknown, account: TelegramAccount, peer: Api.TypeInputPeer, text: string) {
  if (rpcErrorText(error) !== 'RANDOM_ID_DUPLICATE') throw error;
  const history = await account.invoke(
    new Api.messages.GetHistory({
      peer,
      offsetId: 0,
      offsetDate: 0,
      addOffset: 0,
      limit: 10,
      maxId: 0,
      minId: 0,
      hash: helpers.returnBigInt(0),
    }),
  );
  const messages = 'messages' in history ? history.messages : [];
  for (const message of messages) {
    if (message instanceof Api.Message && message.out === true && message.message === text) return message.id;
  }
  throw error;
}
