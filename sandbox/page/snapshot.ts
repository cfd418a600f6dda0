import type { TelegramSandbox } from '../telegram/telegram.ts';
import { messageView } from './views.ts';

/** Who is who in the page's world. */
export interface PagePeople {
  /** The person at the page. */
  readonly me: string;
  /** The chat account. */
  readonly chat: string;
  /** The settings bot. */
  readonly bot: string;
}

export const nameIn =
  ({ world }: TelegramSandbox) =>
  (id: string): string =>
    world.directory.find(id)?.firstName ?? world.chats.find(id)?.title ?? id;

/** Everything a page needs to draw itself anew. */
export const snapshotOf = (telegram: TelegramSandbox, { me, chat, bot }: PagePeople) => {
  const { world } = telegram;
  const person = telegram.person(me);
  const nameOf = nameIn(telegram);
  const peer = (id: string, kind: string, about: string) => ({
    id,
    kind,
    name: nameOf(id),
    about,
    username: world.directory.find(id)?.username,
    messages: person
      .conversation(id)
      .slice(-mostMessages)
      .map((message) => messageView(message, nameOf)),
  });
  return {
    me: { id: me, name: nameOf(me) },
    chat,
    bot,
    chats: [
      peer(chat, 'account', 'chat account: send it a number'),
      peer(bot, 'bot', 'settings bot'),
      ...world.chats
        .of(me)
        .map(({ id, kind, members }) =>
          peer(id, kind, members.size === 1 ? `${kind}, only you` : `${kind}, ${members.size} members`),
        ),
    ],
    /** Whom and what the pickers offer. */
    people: world.directory
      .all()
      .filter((user) => !user.bot && user.id !== chat)
      .map(({ id, firstName }) => ({ id, name: firstName })),
  };
};

const mostMessages = 200;
