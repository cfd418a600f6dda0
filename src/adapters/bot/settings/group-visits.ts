import type { Api, Bot, Context } from 'grammy';
import type { Chat, ChatMember } from 'grammy/types';
import type { Logger } from 'pino';
import { UserId } from '../../../machines/model/ids.ts';

/**
 * Whether the bot may stay in this group or channel: it was chosen for recordings, or `addedBy` is choosing one right now.
 * `addedBy` is given only when the bot has just been added.
 */
export type MayStay = (chat: string, addedBy: UserId | undefined) => Promise<boolean>;

/** From being added by a picker until the choice must be known. */
const choiceTimeMs = 300_000;
const newcomersAtMost = 1_000;

/** Serves private chats only: says nothing in groups and channels, and leaves those it has no business in (product §3.1). */
export class GroupVisits {
  readonly #mayStay: MayStay;
  readonly #log: Logger;
  /** Where it may stay for now though nobody has chosen it, and until when by `performance.now()`. */
  readonly #newcomer = new Map<string, number>();

  constructor(mayStay: MayStay, log: Logger) {
    this.#mayStay = mayStay;
    this.#log = log;
  }

  handleIn(bot: Bot): void {
    bot.on('my_chat_member', ({ chat, myChatMember: { from, new_chat_member: now }, api }, next) =>
      chat.type !== 'private' && isIn(now) ? this.#added(chat, UserId(from.id), api) : next(),
    );
    bot.on('message', (ctx, next) => (ctx.chat.type === 'private' ? next() : this.#heard(ctx)));
  }

  /** A picker of Telegram's adds the bot first; the choice comes after it. */
  async #added(chat: Chat, by: UserId, api: Api): Promise<void> {
    const id = String(chat.id);
    if (this.#isNewcomer(id)) return;
    if (await this.#mayStay(id, by)) this.#welcome(id);
    else this.#leave(chat, api);
  }

  async #heard({ message, chat, api }: Context): Promise<void> {
    if (!message || !chat) return;
    // What was chosen for recordings goes on under another id, which nobody has chosen.
    const successor = message.migrate_to_chat_id;
    if (successor !== undefined && (await this.#mayStay(String(chat.id), undefined))) this.#welcome(String(successor));
    // A supergroup may have been a chosen group once; where it was not, the bot left as it was added.
    if (successor !== undefined || chat.type === 'supergroup' || message.new_chat_members) return;
    if (this.#isNewcomer(String(chat.id)) || (await this.#mayStay(String(chat.id), undefined))) return;
    this.#leave(chat, api);
  }

  #isNewcomer(id: string): boolean {
    return (this.#newcomer.get(id) ?? 0) > performance.now();
  }

  #welcome(id: string): void {
    this.#newcomer.set(id, performance.now() + choiceTimeMs);
    const [oldest] = this.#newcomer.keys();
    if (this.#newcomer.size > newcomersAtMost && oldest !== undefined) this.#newcomer.delete(oldest);
  }

  #leave(chat: Chat, api: Api): void {
    api.leaveChat(chat.id).catch((error: unknown) => {
      this.#log.info({ reason: String(error) }, 'a group could not be left');
    });
  }
}

const isIn = (member: ChatMember): boolean =>
  member.status === 'member' ||
  member.status === 'administrator' ||
  (member.status === 'restricted' && member.is_member);
