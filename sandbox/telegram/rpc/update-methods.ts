import { RpcError, type TlObject } from '../wire/contract.ts';
import type { BoxEvent } from '../world/events.ts';
import type { UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { has, int, tl } from './fields.ts';
import type { MethodTable } from './methods.ts';
import { tlMessage } from './tl-messages.ts';
import { peersOf, usersAndChats } from './tl-peers.ts';
import { tlBoxUpdate } from './tl-updates.ts';

/** Where a box stands, and what a client has missed of it. */
export function updateMethods(world: World): MethodTable {
  const state = (userId: UserId, pts = world.messaging.box(userId).pts) =>
    tl('updates.state', { pts, qts: 0, date: world.nowSeconds(), seq: 0, unread_count: 0 });

  return {
    'updates.getState': (_request, { userId }) => state(userId),

    'updates.getDifference'(request, { userId }) {
      const box = world.messaging.box(userId);
      const pts = int(request, 'pts');
      if (pts < 1) throw new RpcError(400, 'PERSISTENT_TIMESTAMP_EMPTY');
      if (pts > box.pts) throw new RpcError(400, 'PERSISTENT_TIMESTAMP_INVALID');
      const missed = box.since(pts);
      const total = has(request, 'pts_total_limit') ? int(request, 'pts_total_limit') : Number.POSITIVE_INFINITY;
      if (!missed || box.pts - pts > total) return tl('updates.differenceTooLong', { pts: box.pts });
      if (missed.length === 0) return tl('updates.differenceEmpty', { date: world.nowSeconds(), seq: 0 });
      const wanted = has(request, 'pts_limit') ? int(request, 'pts_limit') : Number.POSITIVE_INFINITY;
      const slice = missed.slice(0, Math.max(1, Math.min(world.faults.differenceLimit, wanted)));
      const content = difference(world, slice, userId);
      const reached = slice.at(-1)?.pts ?? box.pts;
      return slice.length === missed.length
        ? tl('updates.difference', { ...content, state: state(userId) })
        : tl('updates.differenceSlice', { ...content, intermediate_state: state(userId, reached) });
    },
  };
}

/** New messages stand apart, in their present form; those deleted since are left out. */
function difference(world: World, events: readonly BoxEvent[], userId: UserId): Record<string, readonly TlObject[]> {
  const { messages } = world.messaging.box(userId);
  const arrived = events.flatMap((event) => (event.type === 'message' ? (messages.get(event.message.id) ?? []) : []));
  const others = events.filter((event) => event.type !== 'message');
  const edited = others.flatMap((event) => (event.type === 'edit' ? [event.message] : []));
  return {
    new_messages: arrived.map(tlMessage),
    new_encrypted_messages: [],
    other_updates: others.map(tlBoxUpdate),
    ...usersAndChats(world, peersOf([...arrived, ...edited]), userId),
  };
}
