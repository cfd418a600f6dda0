import type { TlObject } from '../wire/contract.ts';
import type { Document, Media, Message, ServiceAction } from '../world/model.ts';
import { tl } from './fields.ts';
import { discardReason } from './tl-calls.ts';
import { tlEntities } from './tl-entities.ts';
import { tlMarkup } from './tl-markup.ts';
import { tlPeer } from './tl-peers.ts';

export function tlMessage(message: Message): TlObject {
  const common = {
    out: message.out,
    silent: message.silent,
    id: message.id,
    // In a private conversation an incoming message names its sender by the peer alone.
    from_id: message.out || message.peerId.startsWith('-') ? tlPeer(message.fromId) : undefined,
    peer_id: tlPeer(message.peerId),
    reply_to:
      message.replyToId === undefined ? undefined : tl('messageReplyHeader', { reply_to_msg_id: message.replyToId }),
    date: message.date,
  };
  if (message.action) return tl('messageService', { ...common, action: tlAction(message.action) });
  return tl('message', {
    ...common,
    fwd_from: message.forwardedFrom
      ? tl('messageFwdHeader', { from_id: tlPeer(message.forwardedFrom.userId), date: message.forwardedFrom.date })
      : undefined,
    via_bot_id: message.viaBotId ? BigInt(message.viaBotId) : undefined,
    message: message.text,
    media: tlMedia(message.media),
    reply_markup: tlMarkup(message.markup),
    entities: tlEntities(message.entities),
    edit_date: message.editDate,
  });
}

export function tlMedia(media: Media | undefined): TlObject | undefined {
  if (media?.kind === 'document') {
    const { document } = media;
    return tl('messageMediaDocument', { voice: document.kind === 'voice', document: tlDocument(document) });
  }
  if (media?.kind === 'contact') {
    const { phone, firstName, lastName, userId } = media.contact;
    return tl('messageMediaContact', {
      phone_number: phone,
      first_name: firstName,
      last_name: lastName ?? '',
      vcard: '',
      user_id: BigInt(userId ?? 0),
    });
  }
  return undefined;
}

function tlDocument(document: Document): TlObject {
  const attributes: TlObject[] = [];
  if (document.kind !== 'document') {
    const voice = document.kind === 'voice';
    const { durationSeconds = 0, title, performer } = document;
    attributes.push(tl('documentAttributeAudio', { voice, duration: durationSeconds, title, performer }));
  }
  if (document.fileName) attributes.push(tl('documentAttributeFilename', { file_name: document.fileName }));
  return tl('document', {
    id: document.id,
    access_hash: document.accessHash,
    file_reference: document.fileReference,
    date: document.date,
    mime_type: document.mime,
    size: BigInt(document.bytes.length),
    dc_id: 2,
    attributes,
  });
}

function tlAction(action: ServiceAction): TlObject {
  switch (action.kind) {
    case 'phoneCall':
      return tl('messageActionPhoneCall', {
        call_id: action.callId,
        reason: action.reason ? discardReason.toTl(action.reason) : undefined,
        duration: action.durationSeconds,
      });
    case 'usersShared':
      return tl('messageActionRequestedPeer', {
        button_id: action.requestId,
        peers: action.users.map(({ userId }) => tlPeer(userId)),
      });
    case 'chatShared':
      return tl('messageActionRequestedPeer', { button_id: action.requestId, peers: [tlPeer(action.chatId)] });
    case 'chatCreated':
      return tl('messageActionChatCreate', { title: action.title, users: action.userIds.map(BigInt) });
    case 'chatUsersAdded':
      return tl('messageActionChatAddUser', { users: action.userIds.map(BigInt) });
    case 'chatUserLeft':
      return tl('messageActionChatDeleteUser', { user_id: BigInt(action.userId) });
  }
}
