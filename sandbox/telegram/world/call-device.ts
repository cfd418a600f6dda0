import type { CallDevice, CallView } from '../device.ts';
import { callView } from './call.ts';
import type { CallActor, Calls } from './calls.ts';
import { dhGenerator, dhPrime } from './dh-config.ts';
import type { Events } from './events.ts';
import type { Ids } from './ids.ts';
import type { UserId } from './model.ts';
import { Refusal } from './refusal.ts';

/**
 * A further device of a user. Its pushes come after the call that caused them has returned and before anything later,
 * as over a network.
 */
export function callDevice(
  userId: UserId,
  endpoint: string,
  parts: { readonly calls: Calls; readonly events: Events; readonly ids: Ids },
): CallDevice {
  const { calls } = parts;
  const by: CallActor = { userId, endpoint, origin: endpoint };
  const callListeners = new Set<(call: CallView) => void>();
  const signalingListeners = new Set<(id: string, data: Buffer) => void>();
  const later = (run: () => void) => setImmediate(run);

  parts.events.watch((event) => {
    if (event.type !== 'call' && event.type !== 'signaling') return;
    if (event.userId !== userId || (event.endpoint !== undefined && event.endpoint !== endpoint)) return;
    if (event.type === 'signaling') {
      const id = String(event.call.id);
      later(() => signalingListeners.forEach((listener) => listener(id, event.data)));
      return;
    }
    if (event.exceptEndpoint === endpoint) return;
    // What it saw at that moment, not what the call has become since.
    const view = callView(event.call, event.role);
    later(() => callListeners.forEach((listener) => listener(view)));
  });

  return {
    userId,
    dhConfig: () => ({ g: dhGenerator, p: dhPrime, random: parts.ids.bytes(256) }),
    requestCall: (to, gAHash, protocol) => callView(calls.request(by, { to, gAHash, protocol }), 'admin'),
    receivedCall: (id) => calls.received(by, callId(id)),
    acceptCall: (id, gB, protocol) => callView(calls.accept(by, callId(id), gB, protocol), 'participant'),
    confirmCall: (id, gA, keyFingerprint, protocol) =>
      callView(calls.confirm(by, callId(id), gA, keyFingerprint, protocol), 'admin'),
    discardCall(id, reason, duration) {
      // Both may hang up at once: the second finds what it wanted.
      if (calls.call(callId(id), userId).state.name === 'discarded') return;
      calls.discard(by, callId(id), reason, duration);
    },
    sendSignalingData: (id, data) => calls.signal(by, callId(id), data),
    onCall: (listener) => subscribed(callListeners, listener),
    onSignalingData: (listener) => subscribed(signalingListeners, listener),
  };
}

function callId(id: string): bigint {
  if (!/^\d+$/.test(id)) throw new Refusal(400, 'CALL_PEER_INVALID');
  return BigInt(id);
}

function subscribed<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
