import type { Chat, PeerId, UserId } from './model.ts';
import { Refusal } from './refusal.ts';

/** Small groups (every member has a copy of each message) and channels (one box that members read). */
export class Chats {
  readonly #chats = new Map<PeerId, Chat>();
  #nextId = 41;

  add(chat: {
    kind: Chat['kind'];
    title: string;
    creatorId: UserId;
    members: readonly UserId[];
    created: number;
  }): Chat {
    const number = this.#nextId++;
    const made: Chat = {
      id: chat.kind === 'group' ? `-${number}` : `-${1_000_000_000_000 + number}`,
      kind: chat.kind,
      title: chat.title,
      creatorId: chat.creatorId,
      members: new Set([chat.creatorId, ...chat.members]),
      admins: new Set([chat.creatorId]),
      created: chat.created,
      deleted: false,
    };
    this.#chats.set(made.id, made);
    return made;
  }

  find(id: PeerId): Chat | undefined {
    return this.#chats.get(id);
  }

  /** Those this user is in. */
  of(userId: UserId): readonly Chat[] {
    return [...this.#chats.values()].filter((chat) => !chat.deleted && chat.members.has(userId));
  }

  /** @throws Refusal CHAT_ID_INVALID */
  chat(id: PeerId): Chat {
    const chat = this.#chats.get(id);
    if (!chat || chat.deleted) throw new Refusal(400, 'CHAT_ID_INVALID');
    return chat;
  }

  /** @throws Refusal when this member may not write there */
  checkMayPost(chat: Chat, userId: UserId): void {
    if (!chat.members.has(userId)) throw new Refusal(403, 'CHAT_WRITE_FORBIDDEN');
    if (chat.kind === 'channel' && !chat.admins.has(userId)) throw new Refusal(400, 'CHAT_ADMIN_REQUIRED');
  }
}
