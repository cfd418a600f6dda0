import { Api } from 'telegram/tl/index.js';
import type { Call, Handshake } from './call.ts';
import { peerFault, receiveTimeoutMs, requestTimeoutMs, requireSameCall } from './handshake.ts';
import { KeyExchange, sha256 } from './key-exchange.ts';
import { signedLong } from './longs.ts';
import { isOurVersion, ourProtocol } from './protocol.ts';
import { CallFailed, rpcErrorName } from './refusals.ts';

/** Takes the user's call once `answered`: receivedCall, acceptCall, key exchange. */
export const takeCall =
  (offer: Api.PhoneCallRequested): Handshake =>
  async (call) => {
    const { link, groups } = call.world;
    const peer = new Api.InputPhoneCall({ id: offer.id, accessHash: offer.accessHash });
    await call.until(call.answered.promise);
    // Not when the offer comes: every login of the account gets it, and only the one that takes it may speak.
    const received = link
      .invoke(new Api.phone.ReceivedCall({ peer }), receivedCallTimeoutMs)
      .catch((error: unknown) => {
        call.log.debug({ error: rpcErrorName(error) ?? 'no answer' }, 'receivedCall failed');
      });
    const { group, serverRandom } = await call.until(groups.fetch(requestTimeoutMs));
    const exchange = KeyExchange.draw(group, serverRandom);
    await call.until(received);
    await call.until(acceptCall(call, peer, exchange.publicValue));

    const active = await call.until(call.active.promise, {
      timeoutMs: receiveTimeoutMs,
      cause: { kind: 'connection-lost', detail: 'the caller did not confirm' },
    });
    requireSameCall(active, offer, call);
    // The bytes as received: some clients send them without padding.
    if (!sha256(active.gAOrB).equals(offer.gAHash)) throw peerFault('g_a is not what was hashed');
    const key = exchange.keyWith(active.gAOrB);
    if (!key) throw peerFault('g_a is out of range');
    if (signedLong(active.keyFingerprint) !== key.fingerprint) throw peerFault('another key fingerprint');
    if (!isOurVersion(active.protocol)) throw peerFault('the peer speaks no version of ours');
    return { key, active };
  };

async function acceptCall(call: Call, peer: Api.InputPhoneCall, gB: Buffer): Promise<void> {
  const { link, accepting } = call.world;
  const request = () => {
    if (call.isEnded) throw new CallFailed({ kind: 'cancelled' });
    call.stage = 'taken';
    return link.invoke(new Api.phone.AcceptCall({ peer, gB, protocol: ourProtocol() }), requestTimeoutMs);
  };
  try {
    const { phoneCall } = await accepting.run(async () => {
      try {
        return await request();
      } catch (error) {
        if (rpcErrorName(error) !== 'CALL_OCCUPY_FAILED') throw error;
        return await request();
      }
    });
    call.update(phoneCall);
  } catch (error) {
    call.stage = 'offered';
    throw error;
  }
}

/** It only makes the caller's app say "ringing", and must not hold up the answer. */
const receivedCallTimeoutMs = 3000;
