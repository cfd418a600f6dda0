import { RpcError, type TlObject } from '../wire/contract.ts';
import type { Chat, Message, PeerId, User, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { long, tl } from './fields.ts';

export function tlPeer(id: PeerId): TlObject {
  if (!id.startsWith('-')) return tl('peerUser', { user_id: BigInt(id) });
  const channel = /^-100(\d{10})$/.exec(id);
  return channel
    ? tl('peerChannel', { channel_id: BigInt(channel[1] ?? 0) })
    : tl('peerChat', { chat_id: BigInt(id.slice(1)) });
}

export function tlUser(world: World, id: UserId, viewerId: UserId): TlObject {
  const user = world.directory.user(id);
  const self = id === viewerId;
  const viewer = world.directory.find(viewerId);
  const contact = viewer?.contacts.has(id) ?? false;
  return tl('user', {
    id: BigInt(id),
    access_hash: user.accessHash,
    self,
    contact,
    mutual_contact: contact && user.contacts.has(viewerId),
    bot: user.bot !== undefined,
    first_name: user.firstName,
    last_name: user.lastName,
    username: user.username,
    phone: self || contact ? user.phone : undefined,
    lang_code: self ? user.languageCode : undefined,
    bot_info_version: user.bot ? 1 : undefined,
    bot_inline_placeholder: user.bot?.inline ? '' : undefined,
    status: user.bot ? undefined : tl('userStatusRecently'),
  });
}

export function tlChat(chat: Chat, viewerId: UserId): TlObject {
  if (chat.kind === 'channel') {
    return tl('channel', {
      id: BigInt(chat.id.replace(/^-100/, '')),
      access_hash: 1n,
      broadcast: true,
      left: !chat.members.has(viewerId),
      title: chat.title,
      photo: tl('chatPhotoEmpty'),
      date: chat.created,
    });
  }
  return tl('chat', {
    id: BigInt(chat.id.slice(1)),
    creator: chat.creatorId === viewerId,
    left: !chat.members.has(viewerId),
    deactivated: chat.deleted,
    title: chat.title,
    photo: tl('chatPhotoEmpty'),
    participants_count: chat.members.size,
    date: chat.created,
    version: 1,
  });
}

/** Everybody named in messages: the lists that go beside them. */
export function peersOf(messages: readonly Message[]): PeerId[] {
  return messages.flatMap((message) => [
    message.peerId,
    message.fromId,
    ...(message.viaBotId ? [message.viaBotId] : []),
    ...(message.forwardedFrom ? [message.forwardedFrom.userId] : []),
    ...(message.action && 'userIds' in message.action ? message.action.userIds : []),
    ...(message.media?.kind === 'contact' && message.media.contact.userId ? [message.media.contact.userId] : []),
  ]);
}

export function usersAndChats(world: World, peers: readonly PeerId[], viewerId: UserId) {
  const unique = [...new Set(peers)];
  const users = unique.filter((id) => !id.startsWith('-') && world.directory.find(id));
  const chats = unique.flatMap((id) => world.chats.find(id) ?? []);
  return {
    users: users.map((id) => tlUser(world, id, viewerId)),
    chats: chats.map((chat) => tlChat(chat, viewerId)),
  };
}

/** @throws RpcError PEER_ID_INVALID for unknown peers and wrong access hashes */
export function peerOf(world: World, input: TlObject, selfId: UserId): PeerId {
  switch (input._) {
    case 'inputPeerSelf':
    case 'inputUserSelf':
      return selfId;
    case 'inputPeerUser':
    case 'inputUser':
      return checkedUser(world, input).id;
    case 'inputPeerChat':
      return checkedChat(world, `-${long(input, 'chat_id')}`, selfId);
    case 'inputPeerChannel':
      return checkedChat(world, `-${1_000_000_000_000n + long(input, 'channel_id')}`, selfId);
    default:
      throw new RpcError(400, 'PEER_ID_INVALID');
  }
}

/** As `peerOf`, people and bots only. */
export function userOf(world: World, input: TlObject, selfId: UserId): UserId {
  const id = peerOf(world, input, selfId);
  if (id.startsWith('-')) throw new RpcError(400, 'USER_ID_INVALID');
  return id;
}

function checkedUser(world: World, input: TlObject): User {
  const user = world.directory.find(String(long(input, 'user_id')));
  if (!user || user.accessHash !== long(input, 'access_hash')) throw new RpcError(400, 'PEER_ID_INVALID');
  return user;
}

function checkedChat(world: World, id: PeerId, selfId: UserId): PeerId {
  if (!world.chats.find(id)?.members.has(selfId)) throw new RpcError(400, 'PEER_ID_INVALID');
  return id;
}
