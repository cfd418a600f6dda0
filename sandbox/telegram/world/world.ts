import type { CallDevice } from '../device.ts';
import { callDevice } from './call-device.ts';
import { Calls } from './calls.ts';
import { Chats } from './chats.ts';
import { type Clock, systemClock } from './clock.ts';
import { Directory } from './directory.ts';
import { Documents } from './documents.ts';
import { Events } from './events.ts';
import { WorldFaults } from './faults.ts';
import { Ids } from './ids.ts';
import { Inline } from './inline.ts';
import { Logins } from './logins.ts';
import { Messaging } from './messaging.ts';
import type { Chat, PeerId, UserId } from './model.ts';

/**
 * A small Telegram: people, bots, conversations, calls, files. In memory; it knows no protocol. What a user is told
 * comes through `events`; the interfaces (MTProto methods, Bot API, people) turn it into their own forms.
 */
export class World {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events = new Events();
  readonly faults = new WorldFaults();
  readonly directory: Directory;
  readonly chats = new Chats();
  readonly messaging: Messaging;
  readonly documents: Documents;
  readonly inline: Inline;
  readonly calls: Calls;
  readonly logins: Logins;
  #deviceCount = 0;

  constructor(options: { readonly clock?: Clock; readonly seed?: string } = {}) {
    this.clock = options.clock ?? systemClock;
    this.ids = new Ids(options.seed ?? 'sandbox');
    this.directory = new Directory(this.ids);
    this.messaging = new Messaging(this);
    this.documents = new Documents(this.ids, this.clock);
    this.inline = new Inline(this);
    this.calls = new Calls(this);
    this.logins = new Logins(this);
  }

  nowSeconds(): number {
    return Math.floor(this.clock.nowMs() / 1000);
  }

  /** A further device of this user; everything that concerns calls reaches it from now on. */
  device(userId: UserId): CallDevice {
    this.directory.user(userId);
    return callDevice(userId, `device-${++this.#deviceCount}`, this);
  }

  addChat(chat: { kind: Chat['kind']; title: string; creatorId: UserId; members?: readonly UserId[] }): Chat {
    const made = this.chats.add({ ...chat, members: chat.members ?? [], created: this.nowSeconds() });
    if (made.kind === 'group') {
      const action = { kind: 'chatCreated' as const, title: made.title, userIds: [...made.members] };
      this.messaging.note(made.creatorId, made.id, { text: '', action });
    }
    return made;
  }

  addToChat(chatId: PeerId, byId: UserId, userId: UserId, asAdmin = false): void {
    const chat = this.chats.chat(chatId);
    const from = chat.admins.has(userId) ? 'administrator' : chat.members.has(userId) ? 'member' : 'left';
    const to = asAdmin || from === 'administrator' ? 'administrator' : 'member';
    if (from === to) return;
    chat.members.add(userId);
    if (asAdmin) chat.admins.add(userId);
    if (chat.kind === 'group' && from === 'left') {
      this.messaging.note(byId, chatId, { text: '', action: { kind: 'chatUsersAdded', userIds: [userId] } });
    }
    if (this.directory.user(userId).bot) {
      this.events.tell({ type: 'botMembership', userId, peerId: chatId, byId, from, to });
    }
  }

  leaveChat(chatId: PeerId, userId: UserId, byId: UserId = userId): void {
    const chat = this.chats.chat(chatId);
    if (!chat.members.has(userId)) return;
    const from = chat.admins.has(userId) ? 'administrator' : 'member';
    if (chat.kind === 'group') {
      this.messaging.note(byId, chatId, { text: '', action: { kind: 'chatUserLeft', userId } });
    }
    chat.members.delete(userId);
    chat.admins.delete(userId);
    if (this.directory.user(userId).bot) {
      const to = byId === userId ? 'left' : 'kicked';
      this.events.tell({ type: 'botMembership', userId, peerId: chatId, byId, from, to });
    }
  }

  /** Blocks a person or bot (a bot is told), or takes it back. */
  block(userId: UserId, otherId: UserId, blocked: boolean): void {
    const user = this.directory.user(userId);
    const other = this.directory.user(otherId);
    if (user.blocked.has(otherId) === blocked) return;
    if (blocked) user.blocked.add(otherId);
    else user.blocked.delete(otherId);
    if (!other.bot) return;
    const [from, to] = blocked ? (['member', 'kicked'] as const) : (['kicked', 'member'] as const);
    this.events.tell({ type: 'botMembership', userId: otherId, peerId: userId, byId: userId, from, to });
  }
}
