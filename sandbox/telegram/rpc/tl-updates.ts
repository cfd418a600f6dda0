import type { TlObject } from '../wire/contract.ts';
import type { BoxEvent, WorldEvent } from '../world/events.ts';
import type { PeerId } from '../world/model.ts';
import { tl } from './fields.ts';
import { tlCall } from './tl-calls.ts';
import { tlMessage } from './tl-messages.ts';
import { peersOf, tlPeer } from './tl-peers.ts';

/** An event as the update that tells of it, and the peers it names; undefined for what only bots are told. */
export function tlUpdate(event: WorldEvent): { update: TlObject; peers: readonly PeerId[] } | undefined {
  switch (event.type) {
    case 'message':
    case 'edit':
      return { update: tlBoxUpdate(event), peers: peersOf([event.message]) };
    case 'delete':
      return { update: tlBoxUpdate(event), peers: [] };
    case 'read':
      return { update: tlBoxUpdate(event), peers: [event.peerId] };
    case 'typing': {
      const action = tl(event.action);
      return { update: tl('updateUserTyping', { user_id: BigInt(event.fromId), action }), peers: [event.fromId] };
    }
    case 'call': {
      const update = tl('updatePhoneCall', { phone_call: tlCall(event.call, event.role) });
      return { update, peers: [event.call.adminId, event.call.participantId] };
    }
    case 'signaling': {
      const update = tl('updatePhoneCallSignalingData', { phone_call_id: event.call.id, data: event.data });
      return { update, peers: [] };
    }
    default:
      return undefined;
  }
}

/** Updates that carry the box's pts: exactly those that getDifference repeats. */
export function tlBoxUpdate(event: BoxEvent): TlObject {
  const count = { pts: event.pts, pts_count: event.ptsCount };
  switch (event.type) {
    case 'message':
      return tl('updateNewMessage', { message: tlMessage(event.message), ...count });
    case 'edit':
      return tl('updateEditMessage', { message: tlMessage(event.message), ...count });
    case 'delete':
      return tl('updateDeleteMessages', { messages: event.ids, ...count });
    case 'read':
      return event.side === 'inbox'
        ? tl('updateReadHistoryInbox', {
            peer: tlPeer(event.peerId),
            max_id: event.maxId,
            still_unread_count: event.unread,
            ...count,
          })
        : tl('updateReadHistoryOutbox', { peer: tlPeer(event.peerId), max_id: event.maxId, ...count });
  }
}
