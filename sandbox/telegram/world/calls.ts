import { createHash } from 'node:crypto';
import type { CallProtocol } from '../device.ts';
import type { ActiveState, Call, CallRole, CallTerms } from './call.ts';
import { checkProtocol, commonProtocol } from './call-protocol.ts';
import type { Clock } from './clock.ts';
import type { Directory } from './directory.ts';
import type { Events } from './events.ts';
import { FaultyDelivery, type WorldFaults } from './faults.ts';
import type { Ids } from './ids.ts';
import type { Messaging } from './messaging.ts';
import type { DiscardReason, EndpointId, User, UserId } from './model.ts';
import { Refusal } from './refusal.ts';

/** As help.getConfig states them. */
export const callTimeouts = { receiveMs: 20_000, ringMs: 90_000, connectMs: 30_000, packetMs: 10_000 } as const;

/** Who asks: a user at one of his devices or logins, and the session that gets the answer. */
export interface CallActor {
  readonly userId: UserId;
  readonly endpoint: EndpointId;
  readonly origin?: string;
}

/** One-to-one calls: who may call, who is told what, and how a call ends. Signaling bytes are passed on unread. */
export class Calls {
  /** What the service grants to calls that are confirmed from now on. */
  terms: CallTerms = { connections: [], p2pAllowed: true };
  readonly #calls = new Map<bigint, Call>();
  readonly #byRandomId = new Map<string, Call>();
  readonly #signaling = new Map<string, FaultyDelivery>();
  readonly #parts: CallsParts;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  all(): readonly Call[] {
    return [...this.#calls.values()];
  }

  /** @throws Refusal CALL_PEER_INVALID, also for calls of other people */
  call(id: bigint, userId: UserId): Call {
    const call = this.#calls.get(id);
    if (!call || (call.adminId !== userId && call.participantId !== userId)) throw peerInvalid();
    return call;
  }

  /**
   * Starts a call that rings on every device of the callee. A repeated randomId answers with the first call.
   * @throws Refusal USER_ID_INVALID, CALL_PROTOCOL_*, G_A_HASH_INVALID, PARTICIPANT_VERSION_OUTDATED,
   *   403 USER_IS_BLOCKED, 403 USER_PRIVACY_RESTRICTED
   */
  request(
    by: CallActor,
    request: { to: UserId; gAHash: Buffer; protocol: CallProtocol; randomId?: number; video?: boolean },
  ): Call {
    const repeatKey = request.randomId === undefined ? undefined : `${by.userId}/${request.randomId}`;
    const before = repeatKey === undefined ? undefined : this.#byRandomId.get(repeatKey);
    if (before) return before;
    this.#checkMayCall(by.userId, request.to);
    checkProtocol(request.protocol);
    if (request.gAHash.length !== 32) throw new Refusal(400, 'G_A_HASH_INVALID');
    const call: Call = {
      id: this.#parts.ids.long(),
      accessHash: this.#parts.ids.long(),
      adminId: by.userId,
      participantId: request.to,
      adminEndpoint: by.endpoint,
      video: request.video ?? false,
      gAHash: Buffer.from(request.gAHash),
      date: this.#nowSeconds(),
      protocol: request.protocol,
      state: { name: 'requested' },
      timers: { stop: () => {} },
    };
    this.#calls.set(call.id, call);
    if (repeatKey !== undefined) this.#byRandomId.set(repeatKey, call);
    this.#endAfter(call, callTimeouts.receiveMs);
    this.#tell(call, 'participant');
    return call;
  }

  #checkMayCall(fromId: UserId, toId: UserId): void {
    const to = this.#parts.directory.find(toId);
    if (!to || to.bot || fromId === toId) throw new Refusal(400, 'USER_ID_INVALID');
    if (to.outdatedClients) throw new Refusal(400, 'PARTICIPANT_VERSION_OUTDATED');
    if (to.blocked.has(fromId)) throw new Refusal(403, 'USER_IS_BLOCKED');
    if (!allowsCallsFrom(to, fromId)) throw new Refusal(403, 'USER_PRIVACY_RESTRICTED');
  }

  /** A device of the callee rings. @throws Refusal CALL_PEER_INVALID, CALL_ALREADY_DECLINED */
  received(by: CallActor, id: bigint): void {
    const call = this.call(id, by.userId);
    if (call.participantId !== by.userId) throw peerInvalid();
    if (call.state.name === 'discarded') throw new Refusal(400, 'CALL_ALREADY_DECLINED');
    if (call.state.name !== 'requested' || call.receiveDate !== undefined) return;
    call.receiveDate = this.#nowSeconds();
    this.#endAfter(call, callTimeouts.ringMs);
    this.#tell(call, 'admin');
  }

  /** @throws Refusal CALL_PEER_INVALID, CALL_ALREADY_ACCEPTED, CALL_ALREADY_DECLINED, CALL_PROTOCOL_*, G_B_INVALID */
  accept(by: CallActor, id: bigint, gB: Buffer, protocol: CallProtocol): Call {
    const call = this.call(id, by.userId);
    if (call.participantId !== by.userId) throw peerInvalid();
    if (call.state.name === 'discarded') throw new Refusal(400, 'CALL_ALREADY_DECLINED');
    if (call.state.name !== 'requested') throw new Refusal(400, 'CALL_ALREADY_ACCEPTED');
    checkProtocol(protocol);
    if (gB.length === 0 || gB.length > 256) throw new Refusal(400, 'G_B_INVALID');
    call.protocol = commonProtocol(call.protocol, protocol);
    call.timers.stop();
    call.state = { name: 'accepted', gB: Buffer.from(gB) };
    call.participantEndpoint = by.endpoint;
    this.#tell(call, 'admin');
    this.#tell(call, 'bystander');
    return call;
  }

  /** @throws Refusal CALL_PEER_INVALID, CALL_ALREADY_ACCEPTED, CALL_ALREADY_DECLINED, CALL_PROTOCOL_*, G_A_INVALID */
  confirm(by: CallActor, id: bigint, gA: Buffer, keyFingerprint: bigint, protocol: CallProtocol): Call {
    const call = this.call(id, by.userId);
    if (call.adminId !== by.userId || call.state.name === 'requested') throw peerInvalid();
    if (call.state.name === 'discarded') throw new Refusal(400, 'CALL_ALREADY_DECLINED');
    if (call.state.name === 'active') throw new Refusal(400, 'CALL_ALREADY_ACCEPTED');
    checkProtocol(protocol);
    if (!createHash('sha256').update(gA).digest().equals(call.gAHash)) throw new Refusal(400, 'G_A_INVALID');
    const active: ActiveState = {
      name: 'active',
      gA: Buffer.from(gA),
      gB: call.state.gB,
      keyFingerprint,
      startDate: this.#nowSeconds(),
      terms: this.terms,
    };
    call.state = active;
    this.#tell(call, 'participant');
    return call;
  }

  /**
   * Ends the call from either side; both get a service message.
   * @throws Refusal CALL_PEER_INVALID, CALL_ALREADY_DECLINED, CALL_ALREADY_ACCEPTED (on another device)
   */
  discard(by: CallActor, id: bigint, reason: DiscardReason, durationSeconds: number): Call {
    const call = this.call(id, by.userId);
    if (call.state.name === 'discarded') throw new Refusal(400, 'CALL_ALREADY_DECLINED');
    const own = by.userId === call.adminId ? call.adminEndpoint : call.participantEndpoint;
    if (own !== undefined && own !== by.endpoint) throw new Refusal(400, 'CALL_ALREADY_ACCEPTED');
    this.#end(call, reason, call.state.name === 'active' ? durationSeconds : undefined, by.origin);
    return call;
  }

  /** Passes bytes to the other device. @throws Refusal CALL_PEER_INVALID, CALL_NOT_ACTIVE */
  signal(by: CallActor, id: bigint, data: Buffer): void {
    const call = this.call(id, by.userId);
    if (call.state.name !== 'active' || !call.participantEndpoint) throw new Refusal(400, 'CALL_NOT_ACTIVE');
    const fromAdmin = by.userId === call.adminId;
    if (by.endpoint !== (fromAdmin ? call.adminEndpoint : call.participantEndpoint)) throw peerInvalid();
    const userId = fromAdmin ? call.participantId : call.adminId;
    const endpoint = fromAdmin ? call.participantEndpoint : call.adminEndpoint;
    const bytes = Buffer.from(data);
    const way = `${call.id}/${fromAdmin}`;
    const delivery = this.#signaling.get(way) ?? new FaultyDelivery(this.#parts.faults.signaling, this.#parts.clock);
    this.#signaling.set(way, delivery);
    delivery.pass(() => this.#parts.events.tell({ type: 'signaling', userId, endpoint, call, data: bytes }));
  }

  #endAfter(call: Call, ms: number): void {
    call.timers.stop();
    call.timers.stop = this.#parts.clock.after(ms, () => this.#end(call, 'missed', undefined, undefined));
  }

  #end(call: Call, reason: DiscardReason, durationSeconds: number | undefined, origin: string | undefined): void {
    call.timers.stop();
    call.state = { name: 'discarded' };
    call.reason = reason;
    if (durationSeconds !== undefined) call.durationSeconds = durationSeconds;
    this.#signaling.delete(`${call.id}/true`);
    this.#signaling.delete(`${call.id}/false`);
    this.#tell(call, 'admin', origin);
    this.#tell(call, 'participant', origin);
    this.#parts.messaging.note(call.adminId, call.participantId, {
      text: '',
      action: { kind: 'phoneCall', callId: call.id, reason, ...(durationSeconds ? { durationSeconds } : {}) },
    });
  }

  /** The caller's side is one device; the callee's are all of them until one has answered. */
  #tell(call: Call, role: CallRole, origin?: string): void {
    const userId = role === 'admin' ? call.adminId : call.participantId;
    const endpoint = role === 'admin' ? call.adminEndpoint : call.participantEndpoint;
    const target = endpoint === undefined ? {} : role === 'bystander' ? { exceptEndpoint: endpoint } : { endpoint };
    this.#parts.events.tell({ type: 'call', userId, call, role, ...target, ...(origin ? { origin } : {}) });
  }

  #nowSeconds(): number {
    return Math.floor(this.#parts.clock.nowMs() / 1000);
  }
}

interface CallsParts {
  readonly directory: Directory;
  readonly messaging: Messaging;
  readonly events: Events;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly faults: WorldFaults;
}

/** Whether a user's privacy settings let this caller through. */
export function allowsCallsFrom(user: User, callerId: UserId): boolean {
  if (user.privacy.alwaysAllowCalls.has(callerId) || user.privacy.calls === 'all') return true;
  return user.privacy.calls === 'contacts' && user.contacts.has(callerId);
}

const peerInvalid = () => new Refusal(400, 'CALL_PEER_INVALID');
