import { Api } from 'telegram/tl/index.js';
import type { Call, Handshake } from './call.ts';
import { peerFault, receiveTimeoutMs, requestTimeoutMs, requireSameCall, ringTimeoutMs } from './handshake.ts';
import { KeyExchange, sha256 } from './key-exchange.ts';
import { signedLong, tlLong } from './longs.ts';
import { isOurVersion, ourProtocol } from './protocol.ts';
import { CallFailed, rpcErrorName } from './refusals.ts';

/**
 * Calls the user: requestCall, ringing, key exchange, confirmCall.
 * @param beforeRequest settles when the line to this user is free
 * @param on.onPlaced hears the call's id before anything else is awaited
 * @param on.onLost the request may have been carried out, but no answer came
 */
export const placeCall =
  (beforeRequest: Promise<unknown>, on: { onPlaced: (id: string) => void; onLost: () => void }): Handshake =>
  async (call) => {
    const { link, groups } = call.world;
    const { group, serverRandom } = await call.until(groups.fetch(requestTimeoutMs));
    const exchange = KeyExchange.draw(group, serverRandom);
    const userId = await call.until(link.inputUser(call.identity.user), unanswering);
    await call.until(beforeRequest);
    const { refusal } = call.world.floodWait;
    if (refusal) throw new CallFailed(refusal);
    const placing = requestCall(call, userId, sha256(exchange.publicValue));
    // A hang-up meanwhile has to wait for the result: only then is there something to discard.
    call.peer = placing.then(({ id, accessHash }) => new Api.InputPhoneCall({ id, accessHash }));
    call.peer.catch(() => undefined);
    placing.catch((error: unknown) => {
      if (!(error instanceof CallFailed) && rpcErrorName(error) === undefined) on.onLost();
    });
    const placed = await call.until(placing);
    on.onPlaced(placed.id.toString());
    call.update(placed);

    const { received, accepted } = call;
    await call.until(Promise.race([received.promise, accepted.promise]), unanswered(receiveTimeoutMs));
    const taken = await call.until(accepted.promise, unanswered(ringTimeoutMs));
    requireSameCall(taken, placed, call);
    if (!isOurVersion(taken.protocol)) throw peerFault('the peer speaks no version of ours');
    call.stage = 'taken';
    const key = exchange.keyWith(taken.gB);
    if (!key) throw peerFault('g_b is out of range');

    const confirmation = new Api.phone.ConfirmCall({
      peer: new Api.InputPhoneCall({ id: placed.id, accessHash: placed.accessHash }),
      gA: exchange.publicValue,
      keyFingerprint: tlLong(key.fingerprint),
      protocol: ourProtocol(),
    });
    const { phoneCall: active } = await call.until(link.invoke(confirmation, requestTimeoutMs));
    if (!(active instanceof Api.PhoneCall)) throw peerFault(`confirmCall answered ${active.className}`);
    requireSameCall(active, placed, call);
    if (signedLong(active.keyFingerprint) !== key.fingerprint) throw peerFault('another key fingerprint');
    if (!isOurVersion(active.protocol)) throw peerFault('the peer speaks no version of ours');
    return { key, active };
  };

async function requestCall(call: Call, userId: Api.TypeInputUser, gAHash: Buffer): Promise<Api.PhoneCallWaiting> {
  const { link, newId, floodWait } = call.world;
  const request = () =>
    link.invoke(
      // int32, and chosen here: the library's own default is 64 bits wide.
      new Api.phone.RequestCall({ userId, randomId: newId() | 0, gAHash, protocol: ourProtocol() }),
      requestTimeoutMs,
    );
  const { phoneCall } = await request()
    .catch((error: unknown) => {
      if (rpcErrorName(error) !== 'RANDOM_ID_DUPLICATE') throw error;
      return request();
    })
    .catch((error: unknown) => {
      const refusal = floodWait.begunBy(error);
      throw refusal ? new CallFailed(refusal) : error;
    });
  if (phoneCall instanceof Api.PhoneCallWaiting) return phoneCall;
  throw peerFault(`requestCall answered ${phoneCall.className}`);
}

const unanswering = {
  timeoutMs: requestTimeoutMs,
  cause: { kind: 'connection-lost', detail: 'Telegram does not answer' },
} as const;

const unanswered = (timeoutMs: number) => ({ timeoutMs, cause: { kind: 'no-answer' } as const });
