import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { StunOverTurnProtocol, StunProtocol, TurnProtocol, type UdpTransport } from 'werift';
import { UdpSocket } from './udp-socket.ts';
import { type LocalProtocol, sinkOf } from './werift-inside.ts';

export type Address = readonly [host: string, port: number];

/** Takes every datagram that arrives on a path before werift sees it. */
export type Demultiplexer = (path: LocalPath, data: Buffer, from: Address) => void;

/** A way packets take out of here: our own socket, or a relay. */
export interface LocalPath {
  readonly protocol: LocalProtocol;
  /** Our end as the peer is told. */
  readonly address: Address;
  /** What the relay or NAT calls us, and where that stands for. */
  readonly mapped?: Address;
  /** Hands a datagram to werift's STUN, TURN and DTLS. */
  pass(data: Buffer, from: Address): void;
  /** Memory for the next packet, free to write until `send`. */
  slot(): Buffer;
  send(packet: Buffer, length: number, to: Address): void;
  close(): Promise<void>;
}

/** @throws the bind error */
export const openHostPath = async (
  host: string,
  portRange: readonly [number, number] | undefined,
  receive: Demultiplexer,
): Promise<LocalPath> => {
  const socket = await UdpSocket.bind(host, portRange);
  const protocol = new StunProtocol();
  // werift types the concrete class; it uses no more of it than ours has.
  protocol.transport = socket as unknown as UdpTransport;
  protocol.localIp = host;
  const sink = sinkOf(protocol);
  const path: LocalPath = {
    protocol,
    address: [host, socket.address.port],
    pass: (data, from) => sink.datagramReceived(data, from),
    slot: () => socket.slot(),
    send: (packet, length, to) => socket.sendFrom(packet, length, to[1], to[0]),
    close: () => protocol.close(),
  };
  socket.onData = (data, from) => receive(path, data, from);
  return path;
};

/** Seconds. Permissions live 300 s on the server and werift renews them only along with the channel (RFC 8656 §9, §12). */
const channelRefreshS = 120;
const allocationLifetimeS = 600;

/**
 * Allocates an address on a TURN server over UDP (RFC 8656). Aborted, it frees everything and may never settle.
 * @throws when the server does not answer within about 6 s, or refuses
 */
export const openRelayPath = async (
  server: { readonly host: string; readonly port: number; readonly username: string; readonly password: string },
  bindAddresses: readonly string[] | undefined,
  receive: Demultiplexer,
  signal: AbortSignal,
): Promise<LocalPath> => {
  const host = await resolve(server.host);
  const socket = await UdpSocket.bind(localAddressFor(host, bindAddresses));
  const endpoint: Address = [host, server.port];
  const turn = new TurnProtocol(endpoint, server.username, server.password, allocationLifetimeS, socket, {
    channelRefreshTime: channelRefreshS,
  });
  const abort = (): void => {
    for (const transaction of Object.values(turn.transactions)) transaction.cancel();
    void turn.close();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    const allocated = turn.connectionMade();
    const take = socket.onData;
    // Nobody but the server speaks here: channel data has no other protection.
    socket.onData = (data, from) => {
      if (from[1] === server.port && from[0] === host) take(data, from);
    };
    await allocated;
  } catch (cause) {
    await turn.close();
    throw cause;
  }
  const protocol = new StunOverTurnProtocol(turn);
  const sendData = protocol.sendData.bind(protocol);
  // werift does not wait for all it sends: a server that refuses a permission would be an unhandled rejection.
  protocol.sendData = (data, to) => sendData(data, to).catch(() => {});
  const sink = sinkOf(protocol);
  const pass = sink.handleStunMessage;
  const path: LocalPath = {
    protocol,
    address: turn.relayedAddress,
    mapped: turn.mappedAddress,
    pass: (data, from) => pass(data, from),
    slot: () => socket.slot(),
    send: (packet, length, to) => {
      void protocol.sendData(packet.subarray(0, length), to);
    },
    close: () => protocol.close(),
  };
  sink.handleStunMessage = (data, from) => receive(path, data, from);
  return path;
};

export const resolve = async (host: string): Promise<string> =>
  isIP(host) === 0 ? (await lookup(host)).address : host;

const localAddressFor = (server: string, bindAddresses: readonly string[] | undefined): string => {
  const sameFamily = bindAddresses?.find((address) => isIPv6(address) === isIPv6(server));
  return sameFamily ?? (isIPv6(server) ? '::' : '0.0.0.0');
};
