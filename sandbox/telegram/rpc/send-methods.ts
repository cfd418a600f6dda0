import { RpcError, type TlObject } from '../wire/contract.ts';
import type { Sent } from '../world/messaging.ts';
import type { Document, Media, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { bytes, child, children, has, int, isSet, list, long, text, tl } from './fields.ts';
import type { Caller, MethodTable } from './methods.ts';
import { entitiesOf, tlEntities } from './tl-entities.ts';
import { tlMedia, tlMessage } from './tl-messages.ts';
import { peerOf, peersOf, usersAndChats } from './tl-peers.ts';
import { uploadedDocument } from './uploads.ts';

const maxTextLength = 4096;
const maxCaptionLength = 1024;
const editSeconds = 48 * 3600;

/** The answer to everything that sends: the id that belongs to the random id, and the message itself. */
export function sentUpdates(world: World, sent: Sent, randomId: bigint, viewerId: UserId): TlObject {
  return tl('updates', {
    updates: [
      tl('updateMessageID', { id: sent.message.id, random_id: randomId }),
      tl('updateNewMessage', { message: tlMessage(sent.message), pts: sent.pts, pts_count: 1 }),
    ],
    ...usersAndChats(world, peersOf([sent.message]), viewerId),
    date: world.nowSeconds(),
    seq: 0,
  });
}

/** What sending requests have in common. */
export function sendOptions(request: TlObject, caller: Caller) {
  const replyTo = has(request, 'reply_to') ? child(request, 'reply_to') : undefined;
  const replyToId = replyTo?._ === 'inputReplyToMessage' ? int(replyTo, 'reply_to_msg_id') : undefined;
  return {
    randomId: long(request, 'random_id'),
    origin: caller.origin,
    ...(replyToId === undefined ? {} : { replyToId }),
  };
}

export function sendMethods(world: World): MethodTable {
  const { messaging } = world;
  let sendCount = 0;

  /** Plain texts are answered in one of two forms; everything else always in full. */
  function sendMessageAnswer(sent: Sent, randomId: bigint, caller: Caller): TlObject {
    const form = world.faults.sendMessageAnswer;
    const short = form === 'short' || (form === 'alternating' && sendCount++ % 2 === 1);
    const { message } = sent;
    if (!short || message.peerId.startsWith('-')) return sentUpdates(world, sent, randomId, caller.userId);
    return tl('updateShortSentMessage', {
      out: true,
      id: message.id,
      pts: sent.pts,
      pts_count: 1,
      date: message.date,
      entities: tlEntities(message.entities),
    });
  }

  function ownMessage(request: TlObject, caller: Caller) {
    const peerId = peerOf(world, child(request, 'peer'), caller.userId);
    const message = messaging.box(caller.userId).messages.get(int(request, 'id'));
    if (!message || message.peerId !== peerId || message.action) throw new RpcError(400, 'MESSAGE_ID_INVALID');
    if (!message.out || message.viaBotId) throw new RpcError(403, 'MESSAGE_AUTHOR_REQUIRED');
    if (world.nowSeconds() - message.date > editSeconds) throw new RpcError(400, 'MESSAGE_EDIT_TIME_EXPIRED');
    return message;
  }

  return {
    'messages.sendMessage'(request, caller) {
      const to = peerOf(world, child(request, 'peer'), caller.userId);
      const content = {
        text: checkedText(text(request, 'message'), maxTextLength),
        ...formatting(request),
        ...(isSet(request, 'silent') ? { silent: true } : {}),
      };
      if (content.text.trim() === '') throw new RpcError(400, 'MESSAGE_EMPTY');
      const sent = messaging.send(caller.userId, to, content, sendOptions(request, caller));
      return sendMessageAnswer(sent, long(request, 'random_id'), caller);
    },

    'messages.sendMedia'(request, caller) {
      const to = peerOf(world, child(request, 'peer'), caller.userId);
      const content = {
        text: checkedText(text(request, 'message'), maxCaptionLength),
        ...formatting(request),
        media: mediaOf(world, child(request, 'media'), caller.userId),
        ...(isSet(request, 'silent') ? { silent: true } : {}),
      };
      const sent = messaging.send(caller.userId, to, content, sendOptions(request, caller));
      return sentUpdates(world, sent, long(request, 'random_id'), caller.userId);
    },

    'messages.uploadMedia'(request, caller) {
      peerOf(world, child(request, 'peer'), caller.userId);
      return tlMedia(mediaOf(world, child(request, 'media'), caller.userId)) ?? tl('messageMediaEmpty');
    },

    'messages.forwardMessages'(request, caller) {
      const { userId, origin } = caller;
      const to = peerOf(world, child(request, 'to_peer'), userId);
      const randomIds = list(request, 'random_id');
      const sent = list(request, 'id').map((id, index) => {
        const message = messaging.box(userId).messages.get(Number(id));
        const randomId = randomIds[index];
        if (!message || message.action || typeof randomId !== 'bigint') throw new RpcError(400, 'MESSAGE_ID_INVALID');
        const { text: words, entities, media } = message;
        const forwardedFrom = message.forwardedFrom ?? { userId: message.fromId, date: message.date };
        const content = { text: words, forwardedFrom, ...(entities && { entities }), ...(media && { media }) };
        return { ...messaging.send(userId, to, content, { randomId, origin }), randomId };
      });
      return tl('updates', {
        updates: sent.flatMap(({ message, pts, randomId }) => [
          tl('updateMessageID', { id: message.id, random_id: randomId }),
          tl('updateNewMessage', { message: tlMessage(message), pts, pts_count: 1 }),
        ]),
        ...usersAndChats(world, peersOf(sent.map(({ message }) => message)), userId),
        date: world.nowSeconds(),
        seq: 0,
      });
    },

    'messages.editMessage'(request, caller) {
      const message = ownMessage(request, caller);
      const changed = has(request, 'message') ? checkedText(text(request, 'message'), maxTextLength) : message.text;
      const { entities } = formatting(request);
      if (changed === message.text && JSON.stringify(entities) === JSON.stringify(message.entities)) {
        throw new RpcError(400, 'MESSAGE_NOT_MODIFIED');
      }
      if (changed === '' && !message.media) throw new RpcError(400, 'MESSAGE_EMPTY');
      // The entities belong to the text: an edit without them removes them.
      const edited = messaging.edit(message, { text: changed, entities }, caller.origin);
      return tl('updates', {
        updates: [tl('updateEditMessage', { message: tlMessage(edited.message), pts: edited.pts, pts_count: 1 })],
        ...usersAndChats(world, peersOf([edited.message]), caller.userId),
        date: world.nowSeconds(),
        seq: 0,
      });
    },
  };
}

function checkedText(value: string, limit: number): string {
  if (value.length > limit)
    throw new RpcError(400, limit === maxTextLength ? 'MESSAGE_TOO_LONG' : 'MEDIA_CAPTION_TOO_LONG');
  return value;
}

function formatting(request: TlObject) {
  const entities = has(request, 'entities') ? entitiesOf(children(request, 'entities')) : [];
  return entities.length > 0 ? { entities } : {};
}

function mediaOf(world: World, input: TlObject, userId: UserId): Media {
  switch (input._) {
    case 'inputMediaUploadedDocument':
      return { kind: 'document', document: uploadedDocument(world, input, userId) };
    case 'inputMediaDocument':
      return { kind: 'document', document: knownDocument(world, child(input, 'id')) };
    case 'inputMediaContact': {
      const phone = text(input, 'phone_number');
      const user = world.directory.byPhone(phone);
      const lastName = text(input, 'last_name');
      const contact = { phone, firstName: text(input, 'first_name'), ...(lastName && { lastName }) };
      return { kind: 'contact', contact: { ...contact, ...(user && { userId: user.id }) } };
    }
    default:
      throw new RpcError(400, 'MEDIA_INVALID');
  }
}

/** A document named by id, access hash and a file reference that has not run out. */
export function knownDocument(world: World, input: TlObject): Document {
  const document = world.documents.find(long(input, 'id'));
  if (!document || document.accessHash !== long(input, 'access_hash')) throw new RpcError(400, 'FILE_ID_INVALID');
  if (!document.fileReference.equals(bytes(input, 'file_reference'))) {
    throw new RpcError(400, 'FILE_REFERENCE_EXPIRED');
  }
  return document;
}
