import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readCandidate, writeCandidate } from './candidates.ts';

/**
 * The network between this phone and everybody else, on loopback only: every packet of libwebrtc passes here, so the
 * phone can lose packets or vanish without a farewell, which libwebrtc alone cannot (closing it sends a DTLS alert).
 *
 * libwebrtc talks to one inner socket per remote address; the world sees one outer socket per address family.
 */
export class PhoneNetwork {
  /** False: no packet passes in either direction. */
  up = true;
  /** Share of packets lost, 0 to 1, in each direction. */
  lossRate = 0;
  /** Packets lost so far, in both directions. */
  lost = 0;
  readonly #outer: Readonly<Record<'udp4' | 'udp6', Socket | undefined>>;
  readonly #links = new Map<string, Link>();
  #homePort: number | undefined;
  #closed = false;

  static async open(): Promise<PhoneNetwork> {
    return new PhoneNetwork(
      await bind('udp4', '127.0.0.1'),
      // A machine may have no IPv6 at all.
      await bind('udp6', '::1').catch(() => undefined),
    );
  }

  private constructor(udp4: Socket, udp6: Socket | undefined) {
    this.#outer = { udp4, udp6 };
    for (const socket of [udp4, udp6]) socket?.on('message', (packet, from) => this.#arrived(packet, from));
  }

  /** What to tell the peer for a candidate libwebrtc gathered: ours instead, or nothing. */
  announce(line: string): string[] {
    const candidate = readCandidate(line);
    const socket = candidate && this.#outer[familyOf(candidate.address)];
    if (!candidate || !socket || this.#closed) return [];
    // libwebrtc itself is only ever reached through its IPv4 loopback address.
    if (candidate.address === '127.0.0.1') this.#homePort = candidate.port;
    const { address, port } = socket.address();
    return [writeCandidate({ ...candidate, address, port })];
  }

  /** What to tell libwebrtc for a candidate of the peer. */
  async accept(line: string): Promise<string | undefined> {
    const candidate = readCandidate(line);
    if (!candidate) return undefined;
    const link = this.#linkTo(candidate.address, candidate.port);
    if (!link) return undefined;
    const port = await link.port;
    return port === undefined ? undefined : writeCandidate({ ...candidate, address: '127.0.0.1', port });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of [this.#outer.udp4, this.#outer.udp6]) socket?.close();
    for (const { inner } of this.#links.values()) inner.close();
    this.#links.clear();
  }

  #arrived(packet: Buffer, from: RemoteInfo): void {
    const link = this.#linkTo(from.address, from.port);
    if (link && this.#homePort !== undefined && this.#passes()) link.inner.send(packet, this.#homePort, '127.0.0.1');
  }

  #linkTo(address: string, port: number): Link | undefined {
    const name = `${address} ${port}`;
    const known = this.#links.get(name);
    if (known) return known;
    const outer = this.#outer[familyOf(address)];
    if (!outer || this.#closed || this.#links.size >= linkLimit) return undefined;
    const inner = newSocket('udp4');
    inner.on('message', (packet, from) => {
      // libwebrtc tries from its other addresses too; only its loopback address is told to anybody.
      if (from.address !== '127.0.0.1' || this.#closed || !this.#passes()) return;
      this.#homePort = from.port;
      outer.send(packet, port, address);
    });
    inner.bind(0, '127.0.0.1');
    const ready = once(inner, 'listening').then(
      () => inner.address().port,
      () => undefined,
    );
    const link = { inner, port: ready };
    this.#links.set(name, link);
    return link;
  }

  #passes(): boolean {
    const passes = this.up && (this.lossRate === 0 || Math.random() >= this.lossRate);
    if (!passes) this.lost++;
    return passes;
  }
}

interface Link {
  readonly inner: Socket;
  /** Undefined when the socket could not be bound. */
  readonly port: Promise<number | undefined>;
}

const bind = async (family: 'udp4' | 'udp6', address: string): Promise<Socket> => {
  const socket = newSocket(family);
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
};

/** A peer that closed its port answers with ICMP, which surfaces as an error on the socket: not our concern. */
const newSocket = (family: 'udp4' | 'udp6'): Socket => createSocket(family).on('error', () => {});

const familyOf = (address: string): 'udp4' | 'udp6' => (address.includes(':') ? 'udp6' : 'udp4');
const linkLimit = 32;
