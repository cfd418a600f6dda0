import type { Call } from './call.ts';
import { CallFailed } from './refusals.ts';

/** A call of which both sides are named. */
interface NamedCall {
  readonly id: { toString(): string };
  readonly accessHash: { toString(): string };
  readonly adminId: { toString(): string };
  readonly participantId: { toString(): string };
}

/** @throws CallFailed when the server speaks of another call than ours */
export function requireSameCall(told: NamedCall, ours: Pick<NamedCall, 'id' | 'accessHash'>, call: Call): void {
  const { user, role } = call.identity;
  const self = call.world.link.selfId;
  const [admin, participant] = role === 'caller' ? [self, user] : [user, self];
  const isSame =
    told.id.toString() === ours.id.toString() &&
    told.accessHash.toString() === ours.accessHash.toString() &&
    told.adminId.toString() === admin &&
    told.participantId.toString() === participant;
  if (!isSame) throw peerFault('an update names another call');
}

export const peerFault = (detail: string): CallFailed => new CallFailed({ kind: 'peer-fault', detail });

/** Clients' defaults of `help.getConfig`: call_receive_timeout_ms and call_ring_timeout_ms. */
export const receiveTimeoutMs = 20_000;
export const ringTimeoutMs = 90_000;
/** Any request of the handshake. */
export const requestTimeoutMs = 10_000;
