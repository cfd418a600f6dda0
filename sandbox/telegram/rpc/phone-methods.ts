import { RpcError, type TlObject } from '../wire/contract.ts';
import type { Call, CallRole } from '../world/call.ts';
import { dhGenerator, dhPrime, dhVersion } from '../world/dh-config.ts';
import type { UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { bytes, child, int, isSet, long, tl } from './fields.ts';
import type { Caller, MethodTable } from './methods.ts';
import { discardReason, protocolOf, tlCall } from './tl-calls.ts';
import { userOf, usersAndChats } from './tl-peers.ts';

const maxRandomBytes = 1024;

export function phoneMethods(world: World): MethodTable {
  const { calls } = world;

  /** @throws RpcError CALL_PEER_INVALID also when the access hash is not the call's */
  const callId = (request: TlObject, { userId }: Caller): bigint => {
    const peer = child(request, 'peer');
    const call = calls.call(long(peer, 'id'), userId);
    if (call.accessHash !== long(peer, 'access_hash')) throw new RpcError(400, 'CALL_PEER_INVALID');
    return call.id;
  };
  const parties = (call: Call, viewerId: UserId) => usersAndChats(world, [call.adminId, call.participantId], viewerId);
  const answer = (call: Call, role: CallRole, viewerId: UserId) =>
    tl('phone.phoneCall', { phone_call: tlCall(call, role), users: parties(call, viewerId).users });

  return {
    'messages.getDhConfig'(request) {
      const length = int(request, 'random_length');
      if (length < 0 || length > maxRandomBytes) throw new RpcError(400, 'RANDOM_LENGTH_INVALID');
      const random = world.ids.bytes(length);
      return int(request, 'version') === dhVersion
        ? tl('messages.dhConfigNotModified', { random })
        : tl('messages.dhConfig', { g: dhGenerator, p: dhPrime, version: dhVersion, random });
    },

    'phone.getCallConfig': () => tl('dataJSON', { data: '{}' }),

    'phone.requestCall'(request, caller) {
      const call = calls.request(caller, {
        to: userOf(world, child(request, 'user_id'), caller.userId),
        gAHash: bytes(request, 'g_a_hash'),
        protocol: protocolOf(child(request, 'protocol')),
        randomId: int(request, 'random_id'),
        video: isSet(request, 'video'),
      });
      return answer(call, 'admin', caller.userId);
    },

    'phone.receivedCall'(request, caller) {
      calls.received(caller, callId(request, caller));
      return true;
    },

    'phone.acceptCall'(request, caller) {
      const protocol = protocolOf(child(request, 'protocol'));
      const call = calls.accept(caller, callId(request, caller), bytes(request, 'g_b'), protocol);
      return answer(call, 'participant', caller.userId);
    },

    'phone.confirmCall'(request, caller) {
      const call = calls.confirm(
        caller,
        callId(request, caller),
        bytes(request, 'g_a'),
        long(request, 'key_fingerprint'),
        protocolOf(child(request, 'protocol')),
      );
      return answer(call, 'admin', caller.userId);
    },

    'phone.discardCall'(request, caller) {
      const reason = discardReason.fromTl(child(request, 'reason'));
      const call = calls.discard(caller, callId(request, caller), reason, int(request, 'duration'));
      return tl('updates', {
        updates: [tl('updatePhoneCall', { phone_call: tlCall(call, 'admin') })],
        ...parties(call, caller.userId),
        date: world.nowSeconds(),
        seq: 0,
      });
    },

    'phone.sendSignalingData'(request, caller) {
      calls.signal(caller, callId(request, caller), bytes(request, 'data'));
      return true;
    },

    'phone.setCallRating': () => tl('updates', { updates: [], users: [], chats: [], date: world.nowSeconds(), seq: 0 }),
    'phone.saveCallDebug': () => true,
  };
}
