import { isIP } from 'node:net';
import { Api } from 'telegram/tl/index.js';
import type { IceServer } from '../../../actors/ports/webrtc-legs.ts';

/** Relays and STUN servers Telegram offers for a call. Its own reflectors (`phoneConnection`) are not among them. */
export function iceServers(connections: readonly Api.TypePhoneConnection[], p2pAllowed: boolean): IceServer[] {
  return connections
    .filter((connection) => connection instanceof Api.PhoneConnectionWebrtc)
    .slice(0, maxConnections)
    .flatMap((connection) =>
      [connection.ip, connection.ipv6]
        .filter((host) => isIP(host) !== 0)
        .flatMap((host) => serversAt(host, connection, p2pAllowed)),
    );
}

function serversAt(host: string, connection: Api.PhoneConnectionWebrtc, p2pAllowed: boolean): IceServer[] {
  const { turn, stun, port, username, password } = connection;
  if (port <= 0 || port > 65_535) return [];
  const servers: IceServer[] = [];
  // A server-reflexive address must not be told when the two may not connect directly.
  if (stun && p2pAllowed) servers.push({ kind: 'stun', host, port });
  if (turn && username && password) servers.push({ kind: 'turn', host, port, username, password });
  return servers;
}

const maxConnections = 16;
