import type { RpcSession, TlObject } from '../wire/contract.ts';
import type { WorldEvent } from '../world/events.ts';
import { FaultyDelivery } from '../world/faults.ts';
import type { UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { tl } from './fields.ts';
import { tlCall } from './tl-calls.ts';
import { usersAndChats } from './tl-peers.ts';
import { tlUpdate } from './tl-updates.ts';

/** Names a session as the origin of a change. */
export const originOf = (session: RpcSession) => `${session.authKeyId}/${session.sessionId}`;
/** One login is one device for calls: clients take a new session id whenever they reconnect. */
export const endpointOf = (session: RpcSession) => `login-${session.authKeyId}`;

/** Brings what happens in the world to the MTProto sessions of those it concerns. */
export class Pushing {
  readonly #world: World;
  readonly #ways = new Map<RpcSession, FaultyDelivery>();
  /** Whom a login has been told of with access hash: it can resolve short updates. */
  readonly #known = new Map<string, Set<UserId>>();
  readonly stop: () => void;

  constructor(world: World) {
    this.#world = world;
    this.stop = world.events.watch((event) => this.#onEvent(event));
  }

  open(session: RpcSession): void {
    if (this.#ways.has(session)) return;
    this.#ways.set(session, new FaultyDelivery(this.#world.faults.updates, this.#world.clock));
    if (this.#world.faults.repeatRingingCalls) this.#repeatRinging(session);
  }

  close(session: RpcSession): void {
    this.#ways.delete(session);
  }

  #onEvent(event: WorldEvent): void {
    if (!('userId' in event)) return;
    for (const session of this.#ways.keys()) {
      if (session.userId !== event.userId || !concerns(event, session)) continue;
      const made = tlUpdate(event);
      if (made) this.push(session, this.#short(event, session) ?? this.#full(made, session.userId));
      if (made) this.#remember(session, made.peers);
    }
  }

  /** Hands a session an Updates object, with the faults that are switched on. */
  push(session: RpcSession, updates: TlObject): void {
    const { faults } = this.#world;
    const way = this.#ways.get(session);
    if (!way) return;
    const tooLong = faults.updatesTooLong > 0;
    if (tooLong) faults.updatesTooLong--;
    way.pass(() => session.push(tooLong ? tl('updatesTooLong') : updates));
  }

  #full(made: { update: TlObject; peers: readonly string[] }, viewerId: UserId): TlObject {
    return tl('updates', {
      updates: [made.update],
      ...usersAndChats(this.#world, made.peers, viewerId),
      date: this.#world.nowSeconds(),
      seq: 0,
    });
  }

  #remember(session: RpcSession, peers: readonly string[]): void {
    const known = this.#known.get(session.authKeyId) ?? new Set();
    for (const peer of peers) known.add(peer);
    this.#known.set(session.authKeyId, known);
  }

  /** A plain private text may travel without the user list. */
  #short(event: WorldEvent, session: RpcSession): TlObject | undefined {
    const mode = this.#world.faults.shortMessages;
    if (mode === 'never' || event.type !== 'message') return undefined;
    const { message } = event;
    const plain = !message.media && !message.markup && !message.action && !message.viaBotId && !message.forwardedFrom;
    if (!plain || message.peerId.startsWith('-')) return undefined;
    if (mode === 'known' && !this.#known.get(session.authKeyId)?.has(message.peerId)) return undefined;
    return tl('updateShortMessage', {
      out: message.out,
      silent: message.silent,
      id: message.id,
      user_id: BigInt(message.peerId),
      message: message.text,
      pts: event.pts,
      pts_count: event.ptsCount,
      date: message.date,
      reply_to:
        message.replyToId === undefined ? undefined : tl('messageReplyHeader', { reply_to_msg_id: message.replyToId }),
    });
  }

  #repeatRinging(session: RpcSession): void {
    const { userId } = session;
    for (const call of this.#world.calls.all()) {
      if (!userId || call.participantId !== userId || call.state.name !== 'requested') continue;
      const update = tl('updatePhoneCall', { phone_call: tlCall(call, 'participant') });
      this.push(session, this.#full({ update, peers: [call.adminId, call.participantId] }, userId));
    }
  }
}

function concerns(event: WorldEvent, session: RpcSession): boolean {
  if ('origin' in event && event.origin === originOf(session)) return false;
  if (event.type !== 'call' && event.type !== 'signaling') return true;
  if (event.endpoint !== undefined && event.endpoint !== endpointOf(session)) return false;
  return event.type === 'signaling' || event.exceptEndpoint !== endpointOf(session);
}
