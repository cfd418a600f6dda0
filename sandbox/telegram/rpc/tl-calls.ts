import type { CallProtocol } from '../device.ts';
import { RpcError, type TlObject } from '../wire/contract.ts';
import { type Call, type CallRole, callView } from '../world/call.ts';
import type { DiscardReason } from '../world/model.ts';
import { int, isSet, list, tl } from './fields.ts';

const reasonNames: Readonly<Record<DiscardReason, string>> = {
  missed: 'phoneCallDiscardReasonMissed',
  disconnect: 'phoneCallDiscardReasonDisconnect',
  hangup: 'phoneCallDiscardReasonHangup',
  busy: 'phoneCallDiscardReasonBusy',
};

export const discardReason = {
  toTl: (reason: DiscardReason): TlObject => tl(reasonNames[reason]),
  /** A call that moves into a group call has simply ended here. */
  fromTl: (object: TlObject): DiscardReason =>
    (Object.keys(reasonNames) as DiscardReason[]).find((reason) => reasonNames[reason] === object._) ?? 'hangup',
};

export function tlProtocol(protocol: CallProtocol): TlObject {
  return tl('phoneCallProtocol', {
    udp_p2p: protocol.udpP2p,
    udp_reflector: protocol.udpReflector,
    min_layer: protocol.minLayer,
    max_layer: protocol.maxLayer,
    library_versions: protocol.libraryVersions,
  });
}

export function protocolOf(object: TlObject): CallProtocol {
  if (object._ !== 'phoneCallProtocol') throw new RpcError(400, 'CALL_PROTOCOL_FLAGS_INVALID');
  return {
    udpP2p: isSet(object, 'udp_p2p'),
    udpReflector: isSet(object, 'udp_reflector'),
    minLayer: int(object, 'min_layer'),
    maxLayer: int(object, 'max_layer'),
    libraryVersions: list(object, 'library_versions').map(String),
  };
}

export function tlCall(call: Call, role: CallRole): TlObject {
  const view = callView(call, role);
  if (view.state === 'discarded') {
    return tl('phoneCallDiscarded', {
      id: call.id,
      video: call.video,
      reason: view.reason ? discardReason.toTl(view.reason) : undefined,
      duration: view.duration,
    });
  }
  const common = {
    video: call.video,
    id: call.id,
    access_hash: call.accessHash,
    date: call.date,
    admin_id: BigInt(call.adminId),
    participant_id: BigInt(call.participantId),
    protocol: tlProtocol(call.protocol),
  };
  switch (view.state) {
    case 'waiting':
      return tl('phoneCallWaiting', { ...common, receive_date: role === 'admin' ? call.receiveDate : undefined });
    case 'requested':
      return tl('phoneCallRequested', { ...common, g_a_hash: view.gAHash });
    case 'accepted':
      return tl('phoneCallAccepted', { ...common, g_b: view.gB });
    case 'active':
      return tl('phoneCall', {
        ...common,
        p2p_allowed: view.p2pAllowed,
        g_a_or_b: view.gAOrB,
        key_fingerprint: view.keyFingerprint,
        connections: view.connections.map((connection, index) =>
          tl('phoneConnectionWebrtc', {
            turn: connection.turn,
            stun: connection.stun,
            id: BigInt(index + 1),
            ip: connection.ip,
            ipv6: '',
            port: connection.port,
            username: connection.username,
            password: connection.password,
          }),
        ),
        start_date: call.state.name === 'active' ? call.state.startDate : 0,
        custom_parameters:
          view.customParameters === undefined ? undefined : tl('dataJSON', { data: view.customParameters }),
      });
  }
}
