import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { maxMessageBytes, parseSip, type SipMessage } from './sip-message.ts';

/** Where a message came from, and the way back: the sender's UDP address, or its TCP connection. */
export interface Flow {
  readonly transport: 'UDP' | 'TCP';
  readonly host: string;
  readonly port: number;
  send(message: string): void;
  readonly isOpen: boolean;
}

const mostConnections = 64;

/** SIP on one port, over UDP and TCP (RFC 3261 §18). */
export class SipNetwork {
  readonly #udp: UdpSocket;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #receive: (message: SipMessage, flow: Flow) => void;

  private constructor(udp: UdpSocket, server: Server, receive: (message: SipMessage, flow: Flow) => void) {
    this.#udp = udp;
    this.#server = server;
    this.#receive = receive;
    udp.on('message', (data, { address, port }) => this.#take(data.toString('utf8'), this.#udpFlow(address, port)));
    udp.on('error', () => {});
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', () => {});
  }

  /**
   * Listens on `port` of `host` for both, or with port 0 on one that both had free.
   * @throws the bind error
   */
  static async listen(
    host: string,
    port: number,
    receive: (message: SipMessage, flow: Flow) => void,
  ): Promise<SipNetwork> {
    for (let tries = 10; ; tries--) {
      const udp = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
      const server = createServer({ noDelay: true });
      try {
        await new Promise<void>((resolve, reject) => {
          udp.once('error', reject);
          udp.bind(port, host, () => {
            udp.off('error', reject);
            resolve();
          });
        });
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(udp.address().port, host, () => {
            server.off('error', reject);
            resolve();
          });
        });
        return new SipNetwork(udp, server, receive);
      } catch (cause) {
        udp.close();
        server.close();
        if (port !== 0 || tries === 0) throw cause;
      }
    }
  }

  get port(): number {
    return this.#udp.address().port;
  }

  /** To an address nobody has written from, as a Contact may be. */
  udpFlow(host: string, port: number): Flow {
    return this.#udpFlow(host, port);
  }

  close(): void {
    for (const socket of this.#connections) socket.destroy();
    this.#server.close();
    this.#udp.close();
  }

  #udpFlow(host: string, port: number): Flow {
    const send = (message: string): void => this.#udp.send(message, port, host, () => {});
    return { transport: 'UDP', host, port, send, isOpen: true };
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= mostConnections) {
      socket.destroy();
      return;
    }
    this.#connections.add(socket);
    const flow: Flow = {
      transport: 'TCP',
      host: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      send: (message) => void (socket.writable && socket.write(message)),
      get isOpen() {
        return socket.writable;
      },
    };
    let waiting = Buffer.alloc(0);
    socket.on('data', (data) => {
      waiting = Buffer.concat([waiting, data]);
      for (;;) {
        const length = framedLength(waiting);
        if (length === 'more') return;
        if (length === 'broken') {
          socket.destroy();
          return;
        }
        this.#take(waiting.toString('utf8', 0, length), flow);
        waiting = waiting.subarray(length);
      }
    });
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  #take(text: string, flow: Flow): void {
    // A double CRLF is a keep-alive (RFC 5626 §3.5.1).
    if (text === '\r\n\r\n') {
      if (flow.transport === 'TCP') flow.send('\r\n');
      return;
    }
    const message = parseSip(text);
    if (message !== undefined) this.#receive(message, flow);
  }
}

/** On a stream, Content-Length says where a message ends (RFC 3261 §18.3). */
const framedLength = (data: Buffer): number | 'more' | 'broken' => {
  if (data.length === 0) return 'more';
  if (data.subarray(0, 4).toString() === '\r\n\r\n') return 4;
  const end = data.indexOf('\r\n\r\n');
  if (end < 0) return data.length > maxMessageBytes ? 'broken' : 'more';
  const declared = /^(?:content-length|l)[ \t]*:[ \t]*(\d{1,6})[ \t]*$/im.exec(data.toString('latin1', 0, end))?.[1];
  const length = end + 4 + Number(declared ?? Number.NaN);
  if (!(length <= maxMessageBytes)) return 'broken';
  return data.length < length ? 'more' : length;
};
