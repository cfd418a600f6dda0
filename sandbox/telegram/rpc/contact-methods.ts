import { RpcError } from '../wire/contract.ts';
import { allowsCallsFrom } from '../world/calls.ts';
import type { User, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { child, children, list, long, text, tl } from './fields.ts';
import type { MethodTable } from './methods.ts';
import { peerOf, tlChat, tlPeer, tlUser, userOf } from './tl-peers.ts';

/** Users, and how they are found. */
export function contactMethods(world: World): MethodTable {
  const resolved = (user: User, viewerId: UserId) =>
    tl('contacts.resolvedPeer', { peer: tlPeer(user.id), chats: [], users: [tlUser(world, user.id, viewerId)] });

  return {
    'users.getUsers': (request, { userId }) =>
      children(request, 'id').map((input) => tlUser(world, userOf(world, input, userId), userId)),

    'users.getFullUser'(request, { userId }) {
      const id = userOf(world, child(request, 'id'), userId);
      const user = world.directory.user(id);
      const callable = allowsCallsFrom(user, userId);
      return tl('users.userFull', {
        full_user: tl('userFull', {
          id: BigInt(id),
          blocked: world.directory.user(userId).blocked.has(id),
          phone_calls_available: !user.bot && callable,
          phone_calls_private: !user.bot && !callable,
          settings: tl('peerSettings'),
          notify_settings: tl('peerNotifySettings'),
          common_chats_count: 0,
        }),
        chats: [],
        users: [tlUser(world, id, userId)],
      });
    },

    'contacts.resolveUsername'(request, { userId }) {
      const user = world.directory.byUsername(text(request, 'username'));
      if (!user) throw new RpcError(400, 'USERNAME_NOT_OCCUPIED');
      return resolved(user, userId);
    },

    'contacts.resolvePhone'(request, { userId }) {
      const user = world.directory.byPhone(text(request, 'phone'));
      if (!user) throw new RpcError(400, 'PHONE_NOT_OCCUPIED');
      return resolved(user, userId);
    },

    'contacts.importContacts'(request, { userId }) {
      const found = children(request, 'contacts').flatMap((contact) => {
        const user = world.directory.byPhone(text(contact, 'phone'));
        return user ? [{ user, clientId: long(contact, 'client_id') }] : [];
      });
      for (const { user } of found) world.directory.user(userId).contacts.add(user.id);
      return tl('contacts.importedContacts', {
        imported: found.map(({ user, clientId }) =>
          tl('importedContact', { user_id: BigInt(user.id), client_id: clientId }),
        ),
        popular_invites: [],
        retry_contacts: [],
        users: found.map(({ user }) => tlUser(world, user.id, userId)),
      });
    },

    'contacts.getContacts'(_request, { userId }) {
      const contacts = [...world.directory.user(userId).contacts];
      return tl('contacts.contacts', {
        contacts: contacts.map((id) =>
          tl('contact', { user_id: BigInt(id), mutual: world.directory.user(id).contacts.has(userId) }),
        ),
        saved_count: 0,
        users: contacts.map((id) => tlUser(world, id, userId)),
      });
    },

    'contacts.block'(request, { userId }) {
      world.block(userId, peerOf(world, child(request, 'id'), userId), true);
      return true;
    },

    'contacts.unblock'(request, { userId }) {
      world.block(userId, peerOf(world, child(request, 'id'), userId), false);
      return true;
    },

    'contacts.getBlocked': () => tl('contacts.blocked', { blocked: [], chats: [], users: [] }),

    'messages.deleteChatUser'(request, { userId }) {
      const chatId = `-${long(request, 'chat_id')}`;
      if (!world.chats.find(chatId)?.members.has(userId)) throw new RpcError(400, 'CHAT_ID_INVALID');
      world.leaveChat(chatId, userOf(world, child(request, 'user_id'), userId), userId);
      return tl('updates', { updates: [], users: [], chats: [], date: world.nowSeconds(), seq: 0 });
    },

    'messages.getChats'(request, { userId }) {
      const chats = list(request, 'id').flatMap((id) => world.chats.find(`-${String(id)}`) ?? []);
      const mine = chats.filter((chat) => chat.members.has(userId));
      return tl('messages.chats', { chats: mine.map((chat) => tlChat(chat, userId)) });
    },
  };
}
