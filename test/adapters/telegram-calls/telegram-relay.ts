import { createHash, randomBytes } from 'node:crypto';
import { BinaryReader } from 'telegram/extensions/BinaryReader.js';
import { Api } from 'telegram/tl/index.js';
import type { TelegramLink } from '../../../src/adapters/telegram/calls/link.ts';
import { signedLong, tlLong } from '../../../src/adapters/telegram/calls/longs.ts';
import { vectors } from './vectors.ts';

type CallUpdate = Api.UpdatePhoneCall | Api.UpdatePhoneCallSignalingData;
type AnyRequest = Api.AnyRequest;

/** An RPC error as GramJS throws it. */
export class RpcRefusal extends Error {
  readonly errorMessage: string;
  readonly code: number;
  constructor(errorMessage: string, code = 400) {
    super(errorMessage);
    this.errorMessage = errorMessage;
    this.code = code;
  }
}

export class TelegramTimeout extends Error {
  override readonly name = 'TelegramTimeout';
}

interface PlacedCall {
  readonly id: bigint;
  readonly accessHash: bigint;
  readonly admin: Session;
  readonly participant: Session;
  readonly gAHash: Buffer;
  readonly protocol: Api.TypePhoneCallProtocol;
  gB?: Buffer;
  state: 'requested' | 'accepted' | 'active' | 'discarded';
  discard?: { readonly by: string; readonly reason: string; readonly duration: number };
}

/** Telegram between two sessions, in memory. All objects pass through their TL bytes, as on the wire. */
export class TelegramRelay {
  readonly #sessions = new Map<string, Session>();
  readonly calls: PlacedCall[] = [];
  p2pAllowed = true;
  connections: Api.TypePhoneConnection[] = [];
  customParameters: string | undefined;
  #nextId = -5_000_000_000_000n;

  session(userId: string): Session {
    const session = new Session(userId, (from, request) => this.#handle(from, request));
    this.#sessions.set(userId, session);
    return session;
  }

  get lastCall(): PlacedCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('no call was placed');
    return call;
  }

  /** The server ends a call by itself. */
  discardByServer(reason: Api.TypePhoneCallDiscardReason | undefined): void {
    const call = this.lastCall;
    call.state = 'discarded';
    for (const session of [call.admin, call.participant]) session.push(discarded(call.id, reason));
  }

  activeFor(call: PlacedCall, gAOrB: Buffer, keyFingerprint: bigint): Api.PhoneCall {
    return new Api.PhoneCall({
      ...named(call),
      p2pAllowed: this.p2pAllowed,
      gAOrB,
      keyFingerprint: tlLong(keyFingerprint),
      connections: this.connections,
      startDate: 1,
      ...(this.customParameters !== undefined && {
        customParameters: new Api.DataJSON({ data: this.customParameters }),
      }),
    });
  }

  #handle(from: Session, request: AnyRequest): unknown {
    if (request instanceof Api.messages.GetDhConfig) {
      const p = Buffer.from(vectors.dh.p, 'hex');
      return new Api.messages.DhConfig({ g: 3, p, version: 3, random: randomBytes(256) });
    }
    if (request instanceof Api.phone.RequestCall) return this.#request(from, request);
    if (request instanceof Api.phone.ReceivedCall) return this.ringing(this.#of(request.peer));
    if (request instanceof Api.phone.AcceptCall) return this.#accept(this.#of(request.peer), request.gB);
    if (request instanceof Api.phone.ConfirmCall) return this.#confirm(this.#of(request.peer), request);
    if (request instanceof Api.phone.DiscardCall) return this.#discard(from, this.#of(request.peer), request);
    if (request instanceof Api.phone.SendSignalingData) {
      const call = this.#of(request.peer);
      if (call.state !== 'active') throw new RpcRefusal('CALL_NOT_ACTIVE');
      const to = from === call.admin ? call.participant : call.admin;
      to.push(new Api.UpdatePhoneCallSignalingData({ phoneCallId: tlLong(call.id), data: request.data }));
      return true;
    }
    throw new Error(`unexpected ${request.className}`);
  }

  #request(from: Session, { userId, gAHash, protocol }: Api.phone.RequestCall) {
    const to = userId instanceof Api.InputUser ? this.#sessions.get(userId.userId.toString()) : undefined;
    if (!to) throw new RpcRefusal('USER_ID_INVALID');
    const call: PlacedCall = {
      id: this.#nextId--,
      accessHash: randomBytes(8).readBigInt64LE(),
      admin: from,
      participant: to,
      gAHash,
      protocol,
      state: 'requested',
    };
    this.calls.push(call);
    to.push(phoneUpdate(new Api.PhoneCallRequested({ ...named(call), gAHash })));
    return result(new Api.PhoneCallWaiting(named(call)));
  }

  /** A device of the callee rings. */
  ringing(call: PlacedCall) {
    call.admin.push(phoneUpdate(new Api.PhoneCallWaiting({ ...named(call), receiveDate: 2 })));
    return true;
  }

  #accept(call: PlacedCall, gB: Buffer) {
    if (call.state === 'discarded') throw new RpcRefusal('CALL_ALREADY_DECLINED');
    if (call.state !== 'requested') throw new RpcRefusal('CALL_ALREADY_ACCEPTED');
    call.state = 'accepted';
    call.gB = gB;
    call.admin.push(phoneUpdate(new Api.PhoneCallAccepted({ ...named(call), gB })));
    return result(new Api.PhoneCallWaiting(named(call)));
  }

  #confirm(call: PlacedCall, { gA, keyFingerprint }: Api.phone.ConfirmCall) {
    if (call.state !== 'accepted') throw new RpcRefusal('CALL_PEER_INVALID');
    if (!createHash('sha256').update(gA).digest().equals(call.gAHash)) throw new RpcRefusal('G_A_INVALID');
    call.state = 'active';
    const fingerprint = signedLong(keyFingerprint);
    call.participant.push(phoneUpdate(this.activeFor(call, gA, fingerprint)));
    return result(this.activeFor(call, call.gB ?? Buffer.alloc(0), fingerprint));
  }

  #discard(from: Session, call: PlacedCall, { reason, duration }: Api.phone.DiscardCall) {
    if (call.state === 'discarded') throw new RpcRefusal('CALL_ALREADY_DECLINED');
    call.state = 'discarded';
    call.discard = { by: from.selfId, reason: reason.className.replace('PhoneCallDiscardReason', ''), duration };
    for (const session of [call.admin, call.participant]) session.push(discarded(call.id, reason));
    return new Api.Updates({ updates: [], users: [], chats: [], date: 0, seq: 0 });
  }

  #of(peer: Api.TypeInputPhoneCall): PlacedCall {
    const call = this.calls.find(({ id }) => id === signedLong(peer.id));
    if (!call || call.accessHash !== signedLong(peer.accessHash)) throw new RpcRefusal('CALL_PEER_INVALID');
    return call;
  }
}

/** One login. `intercept` may answer in the server's place; `deliver` decides what becomes of updates. */
export class Session implements TelegramLink {
  readonly selfId: string;
  readonly sent: AnyRequest[] = [];
  intercept: ((request: AnyRequest, pass: () => unknown) => unknown) | undefined;
  deliver: (update: CallUpdate, now: (update: CallUpdate) => void) => void = (update, now) => now(update);
  readonly #listeners = new Set<(update: CallUpdate) => void>();
  readonly #server: (from: Session, request: AnyRequest) => unknown;

  constructor(userId: string, server: (from: Session, request: AnyRequest) => unknown) {
    this.selfId = userId;
    this.#server = server;
  }

  async invoke<R extends AnyRequest>(request: R): Promise<R['__response']> {
    this.sent.push(request);
    await Promise.resolve();
    const pass = () => this.#server(this, reread(request));
    return (this.intercept ? this.intercept(request, pass) : pass()) as R['__response'];
  }

  onCallUpdate(listener: (update: CallUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  inputUser(user: string): Promise<Api.TypeInputUser> {
    return Promise.resolve(new Api.InputUser({ userId: tlLong(BigInt(user)), accessHash: tlLong(1n) }));
  }

  /** Updates come in order, but not while the request that caused them is still running. */
  push(update: CallUpdate): void {
    const copy = reread(update);
    setImmediate(() => this.deliver(copy, (given) => this.emit(given)));
  }

  emit(update: CallUpdate): void {
    for (const listener of this.#listeners) listener(update);
  }

  requests<T>(kind: abstract new (...args: never[]) => T): T[] {
    return this.sent.filter((request) => request instanceof kind) as T[];
  }
}

export const phoneUpdate = (phoneCall: Api.TypePhoneCall) => new Api.UpdatePhoneCall({ phoneCall });

export const discarded = (id: bigint, reason: Api.TypePhoneCallDiscardReason | undefined) =>
  phoneUpdate(new Api.PhoneCallDiscarded({ id: tlLong(id), ...(reason && { reason }) }));

export const named = (call: PlacedCall) => ({
  id: tlLong(call.id),
  accessHash: tlLong(call.accessHash),
  date: 1_800_000_000,
  adminId: tlLong(BigInt(call.admin.selfId)),
  participantId: tlLong(BigInt(call.participant.selfId)),
  protocol: call.protocol,
});

const result = (phoneCall: Api.TypePhoneCall) => new Api.phone.PhoneCall({ phoneCall, users: [] });

/** What arrives at the other end: absent flags are null there, not undefined. */
const reread = <T extends { getBytes(): Buffer }>(object: T): T =>
  new BinaryReader(object.getBytes()).tgReadObject() as T;
