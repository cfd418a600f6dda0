import { Box } from './box.ts';
import type { Chats } from './chats.ts';
import type { Clock } from './clock.ts';
import type { Directory } from './directory.ts';
import type { Events } from './events.ts';
import type { WorldFaults } from './faults.ts';
import type { Content, Message, PeerId, UserId } from './model.ts';
import { Refusal } from './refusal.ts';

export interface SendOptions {
  /** Of the request: a repeat is answered with the first result, and nothing is sent again. */
  readonly randomId?: bigint;
  /** The sender's own id of the message it answers. */
  readonly replyToId?: number;
  /** The session that is not told, because it gets the answer. */
  readonly origin?: string;
}

/** What an edit may change; a part named as undefined is removed. */
export type ContentChange = {
  readonly [Part in 'text' | 'entities' | 'media' | 'markup']?: Content[Part] | undefined;
};

/** The pts a change gave the box of the one who made it. */
export interface Sent {
  readonly message: Message;
  readonly pts: number;
}

/** Messages: one copy per side, each with its own id; every change is counted, logged and told per box. */
export class Messaging {
  readonly #boxes = new Map<PeerId, Box>();
  readonly #copies = new Map<number, Map<PeerId, number>>();
  readonly #sentByRandomId = new Map<string, Sent>();
  readonly #directory: Directory;
  readonly #chats: Chats;
  readonly #events: Events;
  readonly #clock: Clock;
  readonly #faults: WorldFaults;
  #nextGid = 1;

  constructor(parts: { directory: Directory; chats: Chats; events: Events; clock: Clock; faults: WorldFaults }) {
    this.#directory = parts.directory;
    this.#chats = parts.chats;
    this.#events = parts.events;
    this.#clock = parts.clock;
    this.#faults = parts.faults;
  }

  box(ownerId: PeerId): Box {
    let box = this.#boxes.get(ownerId);
    if (!box) {
      box = new Box(ownerId);
      this.#boxes.set(ownerId, box);
    }
    return box;
  }

  /**
   * Sends to a user, group or channel.
   * @throws Refusal USER_IS_BLOCKED, PEER_ID_INVALID, CHAT_ID_INVALID, CHAT_WRITE_FORBIDDEN, CHAT_ADMIN_REQUIRED
   */
  send(fromId: UserId, toId: PeerId, content: Content, options: SendOptions = {}): Sent {
    const repeat = options.randomId === undefined ? undefined : `${fromId}/${options.randomId}`;
    const before = repeat === undefined ? undefined : this.#sentByRandomId.get(repeat);
    if (before) {
      if (this.#faults.refuseRepeatedRandomIds) throw new Refusal(500, 'RANDOM_ID_DUPLICATE');
      return before;
    }
    const sent = this.#post(fromId, toId, this.#sides(fromId, toId), content, options);
    if (repeat !== undefined) this.#sentByRandomId.set(repeat, sent);
    return sent;
  }

  /** What the service itself writes into a conversation, as from one of its people; asks nobody's leave. */
  note(fromId: UserId, toId: PeerId, content: Content): Sent {
    const sides: Side[] = toId.startsWith('-')
      ? this.#chatSides(toId)
      : [
          { ownerId: fromId, peerId: toId },
          { ownerId: toId, peerId: fromId },
        ];
    return this.#post(fromId, toId, sides, content, {});
  }

  #post(fromId: UserId, toId: PeerId, sides: readonly Side[], content: Content, options: SendOptions): Sent {
    const gid = this.#nextGid++;
    const copies = new Map<PeerId, number>();
    this.#copies.set(gid, copies);
    const date = Math.floor(this.#clock.nowMs() / 1000);
    const senderBox = sides.some((side) => side.ownerId === fromId) ? fromId : toId;
    let sent: Sent | undefined;
    // All copies exist before anybody is told, so that a listener that answers at once finds the whole message.
    const events = sides.map(({ ownerId, peerId }) => {
      const box = this.box(ownerId);
      const replyToId = this.#translated(senderBox, options.replyToId, ownerId);
      const message: Message = {
        ...content,
        gid,
        ownerId,
        id: box.takeMessageId(),
        peerId,
        fromId,
        out: ownerId === fromId || ownerId === peerId,
        date,
        ...(replyToId === undefined ? {} : { replyToId }),
      };
      box.messages.set(message.id, message);
      copies.set(ownerId, message.id);
      const event = box.record({ type: 'message', message }, 1, options.origin);
      if (ownerId === senderBox) sent = { message, pts: event.pts };
      return event;
    });
    if (!sent) throw new Error('the sender has no copy');
    for (const event of events) this.#events.tell(event);
    return sent;
  }

  /** Changes all copies. @throws Refusal MESSAGE_ID_INVALID */
  edit(message: Message, change: ContentChange, origin?: string): Sent {
    const editDate = Math.floor(this.#clock.nowMs() / 1000);
    let mine: Sent | undefined;
    const events = this.copies(message.gid).map((copy) => {
      const edited = withoutAbsent({ ...copy, ...change, editDate });
      const box = this.box(copy.ownerId);
      box.messages.set(edited.id, edited);
      const event = box.record({ type: 'edit', message: edited }, 1, origin);
      if (copy.ownerId === message.ownerId) mine = { message: edited, pts: event.pts };
      return event;
    });
    if (!mine) throw new Refusal(400, 'MESSAGE_ID_INVALID');
    for (const event of events) this.#events.tell(event);
    return mine;
  }

  /** Deletes from one's own box, with `revoke` from everybody's. Unknown ids are passed over, as the service does. */
  delete(ownerId: PeerId, ids: readonly number[], revoke: boolean, origin?: string): { pts: number; ptsCount: number } {
    const doomed = new Map<string, { ownerId: PeerId; peerId: PeerId; ids: number[] }>();
    for (const id of new Set(ids)) {
      const message = this.box(ownerId).messages.get(id);
      if (!message) continue;
      for (const copy of revoke ? this.copies(message.gid) : [message]) {
        const key = `${copy.ownerId}/${copy.peerId}`;
        const group = doomed.get(key) ?? { ownerId: copy.ownerId, peerId: copy.peerId, ids: [] };
        group.ids.push(copy.id);
        doomed.set(key, group);
        this.box(copy.ownerId).messages.delete(copy.id);
        this.#copies.get(copy.gid)?.delete(copy.ownerId);
      }
    }
    let mine = 0;
    const events = [...doomed.values()].map((group) => {
      if (group.ownerId === ownerId) mine += group.ids.length;
      const change = { type: 'delete' as const, peerId: group.peerId, ids: group.ids };
      return this.box(group.ownerId).record(change, group.ids.length, origin);
    });
    for (const event of events) this.#events.tell(event);
    return { pts: this.box(ownerId).pts, ptsCount: mine };
  }

  /** Everything up to `maxId` (0: everything) is read; the other side sees it. */
  read(ownerId: UserId, peerId: PeerId, maxId: number, origin?: string): { pts: number; ptsCount: number } {
    const box = this.box(ownerId);
    const incoming = box.conversation(peerId).filter((message) => !message.out && (maxId === 0 || message.id <= maxId));
    const last = incoming.at(-1);
    if (!last || last.id <= box.readUpTo(peerId, 'inbox')) return { pts: box.pts, ptsCount: 0 };
    const event = this.#markRead(box, peerId, 'inbox', last.id, origin);
    if (!peerId.startsWith('-')) {
      const theirId = this.#copies.get(last.gid)?.get(peerId);
      if (theirId !== undefined) this.#markRead(this.box(peerId), ownerId, 'outbox', theirId, undefined);
    }
    return { pts: event.pts, ptsCount: event.ptsCount };
  }

  #markRead(box: Box, peerId: PeerId, side: 'inbox' | 'outbox', maxId: number, origin: string | undefined) {
    box.markRead(peerId, side, maxId);
    const unread = side === 'inbox' ? box.unread(peerId) : 0;
    const event = box.record({ type: 'read', peerId, side, maxId, unread }, 1, origin);
    this.#events.tell(event);
    return event;
  }

  copies(gid: number): Message[] {
    const found: Message[] = [];
    for (const [ownerId, id] of this.#copies.get(gid) ?? []) {
      const message = this.box(ownerId).messages.get(id);
      if (message) found.push(message);
    }
    return found;
  }

  copyOf(gid: number, ownerId: PeerId): Message | undefined {
    const id = this.#copies.get(gid)?.get(ownerId);
    return id === undefined ? undefined : this.box(ownerId).messages.get(id);
  }

  #sides(fromId: UserId, toId: PeerId): Side[] {
    if (toId.startsWith('-')) {
      this.#chats.checkMayPost(this.#chats.chat(toId), fromId);
      return this.#chatSides(toId);
    }
    const to = this.#directory.user(toId);
    if (to.blocked.has(fromId)) throw new Refusal(400, 'USER_IS_BLOCKED');
    if (this.#directory.user(fromId).blocked.has(toId)) throw new Refusal(400, 'YOU_BLOCKED_USER');
    to.bot?.startedBy.add(fromId);
    if (fromId === toId) return [{ ownerId: fromId, peerId: toId }];
    return [
      { ownerId: fromId, peerId: toId },
      { ownerId: toId, peerId: fromId },
    ];
  }

  #chatSides(chatId: PeerId): Side[] {
    const chat = this.#chats.chat(chatId);
    if (chat.kind === 'channel') return [{ ownerId: chat.id, peerId: chat.id }];
    return [...chat.members].map((ownerId) => ({ ownerId, peerId: chat.id }));
  }

  /** The same logical message's id in another box: every side counts for itself. */
  #translated(fromBox: PeerId, id: number | undefined, toBox: PeerId): number | undefined {
    const message = id === undefined ? undefined : this.box(fromBox).messages.get(id);
    return message && this.#copies.get(message.gid)?.get(toBox);
  }
}

interface Side {
  readonly ownerId: PeerId;
  readonly peerId: PeerId;
}

/** An edit that names a part as undefined removes it. */
function withoutAbsent(message: { [K in keyof Message]: Message[K] | undefined }): Message {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as unknown as Message;
}
