import type { Socket } from 'node:net';
import type { SipTime } from '../time.ts';
import { StreamFramer } from '../wire/framer.ts';
import { type Endpoint, type Flow, plainAddress } from './flow.ts';
import type { SocketEvents } from './sockets.ts';

const PING = Buffer.from('\r\n\r\n');
const PONG = Buffer.from('\r\n');
/** Under the shortest idle limits of NATs and load balancers (RFC 5626 §3.5.1 lets at most 120 s pass). */
const PING_INTERVAL_MS = 25_000;
const PONG_TIMEOUT_MS = 10_000;
/** What a peer that has stopped reading may cost. */
const MAX_UNSENT_BYTES = 1 << 20;

/** One TCP or TLS connection with its framing and keep-alive. */
export class StreamFlow implements Flow {
  readonly transport: 'TCP' | 'TLS';
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly #socket: Socket;
  readonly #time: SipTime;
  #isOpen = true;
  #hasPonged = false;
  #stopWaiting = () => {};

  constructor(socket: Socket, transport: 'TCP' | 'TLS', time: SipTime, events: SocketEvents) {
    this.transport = transport;
    this.#socket = socket;
    this.#time = time;
    this.remote = { host: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    this.local = { host: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 };
    const framer = new StreamFramer({
      onMessage: (bytes) => events.onMessage(bytes, this),
      onPing: () => this.#write(PONG),
      onPong: () => {
        this.#hasPonged = true;
      },
      onBroken: () => socket.destroy(),
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#awaitIdle();
      framer.push(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isOpen = false;
      this.#stopWaiting();
      events.onClosed(this);
    });
    this.#awaitIdle();
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#socket.destroyed;
  }

  send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) reject(new Error('the connection is closed'));
      else if (this.#socket.writableLength > MAX_UNSENT_BYTES) {
        this.#socket.destroy();
        reject(new Error('the peer does not read'));
      } else this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#stopWaiting();
    this.#socket.destroySoon();
  }

  #awaitIdle(): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#time.after(PING_INTERVAL_MS, () => {
      this.#write(PING);
      // Only a peer that has answered pings before is known to answer them.
      if (this.#hasPonged) this.#stopWaiting = this.#time.after(PONG_TIMEOUT_MS, () => this.#socket.destroy());
      else this.#awaitIdle();
    });
  }

  #write(bytes: Buffer): void {
    if (this.isOpen) this.#socket.write(bytes);
  }
}
