import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/**
 * The network a page's call goes through, so that it can lose packets, or all of them. The peer sees one address of
 * 127.0.0.1, the browser another for each of the peer's: an ordinary browser gathers no loopback candidate of its own,
 * and needs none. What passes is opaque (STUN, DTLS, SRTP), and nothing can be sent to any other machine.
 */
export class MediaRelay {
  /** Of the packets each way, 0–1. */
  lossRate = 0;
  /** False: nothing passes. */
  up = true;
  /** What the faults have swallowed. */
  lost = 0;
  readonly #outer: Socket;
  readonly #inner = new Map<number, Promise<number>>();
  /** By the peer's port: what the browser knows it by. */
  readonly #ways = new Map<number, Socket>();
  readonly #sockets = new Set<Socket>();
  #browser: { readonly address: string; readonly port: number } | undefined;
  #isClosed = false;

  private constructor(outer: Socket) {
    this.#outer = outer;
    this.#sockets.add(outer);
    outer.on('message', (packet, from) => void this.#fromPeer(packet, from).catch(() => {}));
  }

  static async open(): Promise<MediaRelay> {
    return new MediaRelay(await bound());
  }

  /** Where the peer reaches the browser, on 127.0.0.1. */
  get port(): number {
    return this.#outer.address().port;
  }

  /** Where the browser reaches a port of the peer, both on 127.0.0.1. @throws RangeError for too many */
  async through(peerPort: number): Promise<number> {
    const known = this.#inner.get(peerPort);
    if (known) return known;
    if (this.#inner.size >= mostPeers) throw new RangeError('too many addresses of the peer');
    const opening = this.#open(peerPort);
    this.#inner.set(peerPort, opening);
    return opening;
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  async #open(peerPort: number): Promise<number> {
    const inner = await bound();
    if (this.#isClosed) {
      inner.close();
      throw new Error('the call is over');
    }
    this.#sockets.add(inner);
    this.#ways.set(peerPort, inner);
    inner.on('message', (packet, from) => {
      this.#browser = { address: from.address, port: from.port };
      if (!this.#isClosed && this.#passes()) this.#outer.send(packet, peerPort, '127.0.0.1');
    });
    return inner.address().port;
  }

  /** A packet of the peer seems to come from the port the browser knows it by. */
  async #fromPeer(packet: Buffer, from: RemoteInfo): Promise<void> {
    if (!this.#browser || from.address !== '127.0.0.1' || !this.#passes()) return;
    if (!this.#ways.has(from.port)) await this.through(from.port);
    if (!this.#isClosed) this.#ways.get(from.port)?.send(packet, this.#browser.port, this.#browser.address);
  }

  #passes(): boolean {
    const passes = this.up && Math.random() >= this.lossRate;
    if (!passes) this.lost++;
    return passes;
  }
}

const mostPeers = 16;

const bound = async (): Promise<Socket> => {
  // A port that was closed answers with ICMP, which surfaces as an error of the socket: not our concern.
  const socket = createSocket('udp4').on('error', () => {});
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};
