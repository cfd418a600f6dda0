import { RpcError } from '../wire/contract.ts';
import type { Message, PeerId, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { child, children, int, isSet, list, tl } from './fields.ts';
import type { MethodTable } from './methods.ts';
import { tlMessage } from './tl-messages.ts';
import { peerOf, peersOf, tlPeer, usersAndChats } from './tl-peers.ts';

const maxPage = 100;

/** Reading conversations, and taking things out of them. */
export function messageMethods(world: World): MethodTable {
  const { messaging } = world;
  const listed = (messages: readonly Message[], viewerId: UserId) => ({
    messages: messages.map(tlMessage),
    ...usersAndChats(world, peersOf(messages), viewerId),
  });
  const dialog = (ownerId: UserId, peerId: PeerId, topId: number) => {
    const box = messaging.box(ownerId);
    return tl('dialog', {
      peer: tlPeer(peerId),
      top_message: topId,
      read_inbox_max_id: box.readUpTo(peerId, 'inbox'),
      read_outbox_max_id: box.readUpTo(peerId, 'outbox'),
      unread_count: box.unread(peerId),
      unread_mentions_count: 0,
      unread_reactions_count: 0,
      notify_settings: tl('peerNotifySettings'),
    });
  };
  const tops = (ownerId: UserId) => {
    const newest = new Map<PeerId, Message>();
    for (const message of messaging.box(ownerId).messages.values()) newest.set(message.peerId, message);
    return [...newest.values()].toSorted((a, b) => b.id - a.id);
  };

  return {
    'messages.getDialogs'(request, { userId }) {
      const all = tops(userId);
      const offsetId = int(request, 'offset_id');
      const rest = all.filter(({ id }) => offsetId === 0 || id < offsetId);
      const page = rest.slice(0, Math.min(int(request, 'limit') || maxPage, maxPage));
      const dialogs = page.map((message) => dialog(userId, message.peerId, message.id));
      return page.length === all.length
        ? tl('messages.dialogs', { dialogs, ...listed(page, userId) })
        : tl('messages.dialogsSlice', { count: all.length, dialogs, ...listed(page, userId) });
    },

    'messages.getPeerDialogs'(request, { userId }) {
      const peers = children(request, 'peers').map((input) => peerOf(world, child(input, 'peer'), userId));
      const newest = tops(userId).filter((message) => peers.includes(message.peerId));
      const box = messaging.box(userId);
      return tl('messages.peerDialogs', {
        dialogs: newest.map((message) => dialog(userId, message.peerId, message.id)),
        ...listed(newest, userId),
        state: tl('updates.state', { pts: box.pts, qts: 0, date: world.nowSeconds(), seq: 0, unread_count: 0 }),
      });
    },

    'messages.getHistory'(request, { userId }) {
      const peerId = peerOf(world, child(request, 'peer'), userId);
      const offsetId = int(request, 'offset_id');
      const [maxId, minId] = [int(request, 'max_id'), int(request, 'min_id')];
      const newestFirst = messaging
        .box(userId)
        .conversation(peerId)
        .filter(({ id }) => (offsetId === 0 || id < offsetId) && (maxId === 0 || id < maxId) && id > minId)
        .toReversed();
      const from = Math.max(0, int(request, 'add_offset'));
      const page = newestFirst.slice(from, from + Math.min(int(request, 'limit'), maxPage));
      return page.length === newestFirst.length
        ? tl('messages.messages', listed(page, userId))
        : tl('messages.messagesSlice', { count: newestFirst.length, ...listed(page, userId) });
    },

    'messages.getMessages'(request, { userId }) {
      const { messages } = messaging.box(userId);
      const found = children(request, 'id').map((input) => (input._ === 'inputMessageID' ? int(input, 'id') : -1));
      const known = found.flatMap((id) => messages.get(id) ?? []);
      return tl('messages.messages', {
        ...listed(known, userId),
        messages: found.map((id) => {
          const message = messages.get(id);
          return message ? tlMessage(message) : tl('messageEmpty', { id });
        }),
      });
    },

    'messages.deleteMessages'(request, { userId, origin }) {
      const ids = list(request, 'id').map(Number);
      const { pts, ptsCount } = messaging.delete(userId, ids, isSet(request, 'revoke'), origin);
      return tl('messages.affectedMessages', { pts, pts_count: ptsCount });
    },

    'messages.readHistory'(request, { userId, origin }) {
      const peerId = peerOf(world, child(request, 'peer'), userId);
      const { pts, ptsCount } = messaging.read(userId, peerId, int(request, 'max_id'), origin);
      return tl('messages.affectedMessages', { pts, pts_count: ptsCount });
    },

    'messages.setTyping'(request, { userId }) {
      const peerId = peerOf(world, child(request, 'peer'), userId);
      if (peerId.startsWith('-')) return true;
      const action = child(request, 'action')._;
      if (!plainActions.has(action)) throw new RpcError(400, 'TYPING_ACTION_INVALID');
      world.events.tell({ type: 'typing', userId: peerId, fromId: userId, action });
      return true;
    },
  };
}

const plainActions = new Set([
  'sendMessageTypingAction',
  'sendMessageCancelAction',
  'sendMessageRecordAudioAction',
  'sendMessageRecordVideoAction',
  'sendMessageChooseContactAction',
]);
