import { Api } from 'telegram';

/** A change of the account's box: it leads from `pts - ptsCount` to `pts` (API page "Working with updates"). */
export interface BoxChange {
  readonly pts: number;
  readonly ptsCount: number;
  readonly message?: Api.Message;
}

/** Channels and supergroups have a box each with a `pts` of its own; these are the updates of the account's. */
const ofTheAccount = [
  Api.UpdateNewMessage,
  Api.UpdateEditMessage,
  Api.UpdateDeleteMessages,
  Api.UpdateReadHistoryInbox,
  Api.UpdateReadHistoryOutbox,
  Api.UpdateReadMessagesContents,
  Api.UpdateWebPage,
  Api.UpdatePinnedMessages,
  Api.UpdateFolderPeers,
];

export function boxChange(update: Api.TypeUpdate): BoxChange | undefined {
  if (!ofTheAccount.some((kind) => update instanceof kind)) return undefined;
  const { pts, ptsCount } = update as { pts?: number; ptsCount?: number };
  if (pts === undefined || ptsCount === undefined) return undefined;
  const isMessage = update instanceof Api.UpdateNewMessage && update.message instanceof Api.Message;
  return { pts, ptsCount, ...(isMessage && { message: update.message as Api.Message }) };
}

/** The short form for plain texts, as the message it stands for. */
export function ofShortMessage(short: Api.UpdateShortMessage): BoxChange {
  const message = new Api.Message({
    id: short.id,
    out: short.out === true,
    peerId: new Api.PeerUser({ userId: short.userId }),
    date: short.date,
    message: short.message,
    ...(short.replyTo && { replyTo: short.replyTo }),
  });
  return { pts: short.pts, ptsCount: short.ptsCount, message };
}
