import type { Logger } from 'pino';
import { Api, helpers } from 'telegram';

/** A group is left once an hour at most, however much is written in it. */
const againAfterMs = 60 * 60_000;
const rememberedGroups = 1_000;

/**
 * Leaves groups and channels the account is drawn into (product §14.3): it talks to people, one at a time. What it made
 * itself, somebody made on purpose.
 */
export class GroupLeaver {
  readonly #invoke: (request: Api.messages.DeleteChatUser | Api.channels.LeaveChannel) => Promise<unknown>;
  readonly #log: Logger;
  readonly #leftAt = new Map<string, number>();

  constructor(
    invoke: (request: Api.messages.DeleteChatUser | Api.channels.LeaveChannel) => Promise<unknown>,
    log: Logger,
  ) {
    this.#invoke = invoke;
    this.#log = log;
  }

  /** Takes anything the account receives, and looks for groups it is a member of. */
  take(object: unknown) {
    if (object instanceof Api.UpdateShortChatMessage) this.#leaveChat(object.chatId.toString());
    if (!isObjectWithChats(object)) return;
    for (const chat of object.chats) {
      const isIn = (chat instanceof Api.Chat || chat instanceof Api.Channel) && !chat.left && !chat.creator;
      if (!isIn) continue;
      if (chat instanceof Api.Chat && !chat.deactivated) this.#leaveChat(chat.id.toString());
      if (chat instanceof Api.Channel && !chat.min) this.#leaveChannel(chat);
    }
  }

  #leaveChat(id: string) {
    this.#leave(
      id,
      new Api.messages.DeleteChatUser({ chatId: helpers.returnBigInt(id), userId: new Api.InputUserSelf() }),
    );
  }

  #leaveChannel({ id, accessHash }: Api.Channel) {
    if (!accessHash) return;
    const channel = new Api.InputChannel({ channelId: id, accessHash });
    this.#leave(id.toString(), new Api.channels.LeaveChannel({ channel }));
  }

  #leave(id: string, request: Api.messages.DeleteChatUser | Api.channels.LeaveChannel) {
    const leftAt = this.#leftAt.get(id);
    if (leftAt !== undefined && performance.now() - leftAt < againAfterMs) return;
    this.#leftAt.delete(id);
    this.#leftAt.set(id, performance.now());
    if (this.#leftAt.size > rememberedGroups) this.#leftAt.delete(this.#leftAt.keys().next().value as string);
    this.#invoke(request).then(
      () => this.#log.info('left a group the account was invited to'),
      (error: unknown) => this.#log.warn({ reason: String(error) }, 'a group could not be left'),
    );
  }
}

const isObjectWithChats = (object: unknown): object is { chats: readonly Api.TypeChat[] } =>
  typeof object === 'object' && object !== null && 'chats' in object && Array.isArray(object.chats);
