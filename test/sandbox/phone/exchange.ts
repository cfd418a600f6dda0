import type { CallConnection, CallDevice, CallProtocol, CallView } from '../../../sandbox/telegram/device.ts';
import vectors from '../../vectors/telegram-calls.json' with { type: 'json' };

/** What becomes of a signaling packet on its way: call `deliver` never, once, later or twice. */
export type Disturbance = (deliver: () => void) => void;

/** Telegram as two phones see it: joins the devices of users in calls, at once and in memory. */
export class Exchange {
  disturb: Disturbance = (deliver) => deliver();
  customParameters: string | undefined;
  readonly #devices: Device[] = [];
  readonly #calls = new Map<string, Call>();

  device(userId: string): CallDevice & { readonly log: string[] } {
    const device = new Device(userId, this);
    this.#devices.push(device);
    return device;
  }

  request(from: Device, to: string, gAHash: Buffer, protocol: CallProtocol): CallView {
    const callees = this.#devices.filter(({ userId }) => userId === to);
    if (callees.length === 0 || to === from.userId) throw rpcError('USER_ID_INVALID');
    const id = String(9_007_199_254_740_993n + BigInt(this.#calls.size));
    const call: Call = { id, caller: from, callees, answered: undefined, over: false, protocol };
    this.#calls.set(id, call);
    const ids = { id, adminId: from.userId, participantId: to };
    for (const callee of callees) callee.push({ state: 'requested', ...ids, gAHash, protocol });
    return { state: 'waiting', ...ids, received: false };
  }

  received(by: Device, id: string): void {
    const call = this.#live(id);
    call.caller.push({ state: 'waiting', id, adminId: call.caller.userId, participantId: by.userId, received: true });
  }

  accept(by: Device, id: string, gB: Buffer): CallView {
    const call = this.#live(id);
    if (call.answered) throw rpcError('CALL_ALREADY_ACCEPTED');
    call.answered = by;
    const ids = { id, adminId: call.caller.userId, participantId: by.userId };
    for (const other of call.callees) if (other !== by) other.push({ state: 'discarded', id });
    const accepted = { state: 'accepted', ...ids, gB, protocol: call.protocol } as const;
    // Telegram delivers some updates twice.
    call.caller.push(accepted);
    call.caller.push(accepted);
    return { state: 'waiting', ...ids, received: true };
  }

  confirm(by: Device, id: string, gA: Buffer, keyFingerprint: bigint): CallView {
    const call = this.#live(id);
    if (!call.answered || call.caller !== by) throw rpcError('CALL_PEER_INVALID');
    const view = {
      state: 'active',
      id,
      adminId: by.userId,
      participantId: call.answered.userId,
      keyFingerprint,
      protocol: call.protocol,
      connections: [] as CallConnection[],
      p2pAllowed: true,
      ...(this.customParameters !== undefined && { customParameters: this.customParameters }),
    } as const;
    call.answered.push({ ...view, gAOrB: gA });
    return { ...view, gAOrB: gA };
  }

  discard(id: string, reason: Extract<CallView, { state: 'discarded' }>['reason'], duration: number): void {
    const call = this.#live(id);
    call.over = true;
    for (const device of [call.caller, ...call.callees]) {
      device.push({ state: 'discarded', id, ...(reason && { reason }), duration });
    }
  }

  signal(from: Device, id: string, data: Buffer): void {
    const call = this.#live(id);
    const to = from === call.caller ? call.answered : call.caller;
    this.disturb(() => to?.signal(id, Buffer.from(data)));
  }

  #live(id: string): Call {
    const call = this.#calls.get(id);
    if (!call || call.over) throw rpcError('CALL_PEER_INVALID');
    return call;
  }
}

interface Call {
  readonly id: string;
  readonly caller: Device;
  readonly callees: readonly Device[];
  readonly protocol: CallProtocol;
  answered: Device | undefined;
  over: boolean;
}

class Device implements CallDevice {
  readonly userId: string;
  readonly log: string[] = [];
  readonly #exchange: Exchange;
  readonly #onCall = new Set<(call: CallView) => void>();
  readonly #onSignaling = new Set<(id: string, data: Buffer) => void>();

  constructor(userId: string, exchange: Exchange) {
    this.userId = userId;
    this.#exchange = exchange;
  }

  dhConfig = (): { g: number; p: Buffer; random: Buffer } => ({ g: 3, p: prime, random: Buffer.alloc(256, 7) });
  requestCall = (to: string, gAHash: Buffer, protocol: CallProtocol): CallView =>
    this.#exchange.request(this, to, gAHash, protocol);
  receivedCall = (id: string): void => this.#exchange.received(this, id);
  acceptCall = (id: string, gB: Buffer): CallView => this.#exchange.accept(this, id, gB);
  confirmCall = (id: string, gA: Buffer, keyFingerprint: bigint): CallView =>
    this.#exchange.confirm(this, id, gA, keyFingerprint);
  discardCall: CallDevice['discardCall'] = (id, reason, duration) => {
    this.log.push(`discards ${reason}`);
    this.#exchange.discard(id, reason, duration);
  };
  sendSignalingData = (id: string, data: Buffer): void => this.#exchange.signal(this, id, data);

  onCall(listener: (call: CallView) => void): () => void {
    this.#onCall.add(listener);
    return () => this.#onCall.delete(listener);
  }
  onSignalingData(listener: (id: string, data: Buffer) => void): () => void {
    this.#onSignaling.add(listener);
    return () => this.#onSignaling.delete(listener);
  }

  push(view: CallView): void {
    for (const listener of this.#onCall) listener(view);
  }
  signal(id: string, data: Buffer): void {
    for (const listener of this.#onSignaling) listener(id, data);
  }
}

const rpcError = (errorMessage: string): Error => Object.assign(new Error(errorMessage), { errorMessage });

const prime = Buffer.from(vectors.dh.p, 'hex');
