import type { CallConnection, CallProtocol, CallView } from '../device.ts';
import type { DiscardReason, EndpointId, UserId } from './model.ts';

/** One call between two users; `admin` is the caller. Changed only by `Calls`. */
export interface Call {
  readonly id: bigint;
  readonly accessHash: bigint;
  readonly adminId: UserId;
  readonly participantId: UserId;
  readonly adminEndpoint: EndpointId;
  readonly video: boolean;
  readonly gAHash: Buffer;
  /** Unix seconds. */
  readonly date: number;
  protocol: CallProtocol;
  state: CallState;
  /** Unix seconds when a device of the callee rang. */
  receiveDate?: number;
  participantEndpoint?: EndpointId;
  reason?: DiscardReason;
  durationSeconds?: number;
  readonly timers: { stop: () => void };
}

export type CallState =
  | { readonly name: 'requested' }
  | { readonly name: 'accepted'; readonly gB: Buffer }
  | ActiveState
  | { readonly name: 'discarded' };

export interface ActiveState {
  readonly name: 'active';
  readonly gA: Buffer;
  readonly gB: Buffer;
  readonly keyFingerprint: bigint;
  readonly startDate: number;
  readonly terms: CallTerms;
}

/** What the service grants to calls from now on. */
export interface CallTerms {
  readonly connections: readonly CallConnection[];
  readonly p2pAllowed: boolean;
  /** JSON text for the calling library. */
  readonly customParameters?: string;
}

/** Whose eyes see the call; a bystander is a device of the callee on which another one answered. */
export type CallRole = 'admin' | 'participant' | 'bystander';

/** The call as one side may see it. */
export function callView(call: Call, role: CallRole): CallView {
  const id = String(call.id);
  const { state, adminId, participantId, protocol } = call;
  if (role === 'bystander' || state.name === 'discarded') {
    return {
      state: 'discarded',
      id,
      ...(role !== 'bystander' && call.reason ? { reason: call.reason } : {}),
      ...(role !== 'bystander' && call.durationSeconds !== undefined ? { duration: call.durationSeconds } : {}),
    };
  }
  const parties = { id, adminId, participantId };
  if (state.name === 'active') {
    const { customParameters } = state.terms;
    return {
      ...parties,
      state: 'active',
      gAOrB: role === 'admin' ? state.gB : state.gA,
      keyFingerprint: state.keyFingerprint,
      protocol,
      connections: state.terms.connections,
      p2pAllowed: state.terms.p2pAllowed,
      ...(customParameters === undefined ? {} : { customParameters }),
    };
  }
  if (state.name === 'accepted' && role === 'admin') return { ...parties, state: 'accepted', gB: state.gB, protocol };
  if (state.name === 'requested' && role === 'participant') {
    return { ...parties, state: 'requested', gAHash: call.gAHash, protocol };
  }
  return { ...parties, state: 'waiting', received: call.receiveDate !== undefined };
}
