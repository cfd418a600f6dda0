import dgram from 'node:dgram';
import net from 'node:net';
import tls from 'node:tls';
import type { SipTime } from '../time.ts';
import { type Endpoint, type Flow, plainAddress, type SipTransport } from './flow.ts';
import { StreamFlow } from './stream-flow.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** A peer that opens more connections than this is not a PBX. */
const MAX_INBOUND_CONNECTIONS = 2_000;

export interface BindOptions {
  /** IP address to listen on, e.g. 127.0.0.1 or 0.0.0.0. */
  readonly host: string;
  /** 0 = any free port. */
  readonly udpPort: number;
  readonly tcpPort: number;
  /** Listens for TLS only when given, and then `tls.key` and `tls.cert` are needed. */
  readonly tlsPort?: number;
}

export interface TlsOptions {
  /** PEM of authorities to trust besides those Node brings along. */
  readonly ca?: string | Buffer;
  /** False accepts any certificate: eavesdroppers included. */
  readonly verify?: boolean;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Our own certificate: shown to servers that ask for one, and to clients where we listen. PEM. */
  readonly key?: string | Buffer;
  readonly cert?: string | Buffer;
}

export interface SocketEvents {
  onMessage(bytes: Buffer, flow: Flow): void;
  /** A stream that we or the peer had opened is gone. */
  onClosed(flow: Flow): void;
}

/** Every socket SIP goes through: one for UDP, listeners for streams, and the connections we opened. */
export class Sockets {
  readonly #udp: dgram.Socket;
  readonly #listeners = new Map<SipTransport, net.Server>();
  readonly #connections = new Map<string, StreamFlow>();
  readonly #connecting = new Map<string, Promise<StreamFlow>>();
  readonly #inbound = new Set<StreamFlow>();
  readonly #time: SipTime;
  readonly #tls: TlsOptions;
  readonly #events: SocketEvents;
  #isClosed = false;

  private constructor(bind: BindOptions, tlsOptions: TlsOptions, time: SipTime, events: SocketEvents) {
    this.#time = time;
    this.#tls = tlsOptions;
    this.#events = events;
    this.#udp = dgram.createSocket({
      type: net.isIPv6(bind.host) ? 'udp6' : 'udp4',
      // A burst of re-registrations must not be lost in the kernel.
      recvBufferSize: 1 << 21,
      sendBufferSize: 1 << 21,
    });
    this.#udp.on('message', (bytes, { address, port }) =>
      this.#onDatagram(bytes, { host: plainAddress(address), port }),
    );
    // ICMP errors of one peer; its transactions time out by themselves.
    this.#udp.on('error', () => {});
  }

  /** @throws when a port is taken */
  static async open(bind: BindOptions, tlsOptions: TlsOptions, time: SipTime, events: SocketEvents): Promise<Sockets> {
    const sockets = new Sockets(bind, tlsOptions, time, events);
    try {
      await new Promise<void>((resolve, reject) => {
        sockets.#udp.once('error', reject);
        sockets.#udp.bind(bind.udpPort, bind.host, resolve);
      });
      await sockets.#listen('TCP', net.createServer(), bind.host, bind.tcpPort);
      if (bind.tlsPort !== undefined) {
        const { key, cert } = tlsOptions;
        const server = tls.createServer({ ...(key && { key }), ...(cert && { cert }), minVersion: 'TLSv1.2' });
        await sockets.#listen('TLS', server, bind.host, bind.tlsPort);
      }
      return sockets;
    } catch (error) {
      await sockets.close();
      throw error;
    }
  }

  /** Where we listen, as bound. Undefined: not at all. */
  listeningPort(transport: SipTransport): number | undefined {
    if (transport === 'UDP') return this.#udp.address().port;
    const address = this.#listeners.get(transport)?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  udp(remote: Endpoint): Flow {
    const { address, port } = this.#udp.address();
    return {
      transport: 'UDP',
      remote,
      local: { host: address, port },
      isOpen: !this.#isClosed,
      send: (bytes) =>
        new Promise((resolve, reject) => {
          if (this.#isClosed) reject(new Error('the UDP socket is closed'));
          else this.#udp.send(bytes, remote.port, remote.host, (error) => (error ? reject(error) : resolve()));
        }),
    };
  }

  /**
   * The owner's connection to the peer, opened if there is none. One per owner and peer: many registrars tie the binding to
   * the connection it came by.
   * @throws when it cannot be opened within 10 s, or the certificate is not the server's
   */
  async connect(transport: 'TCP' | 'TLS', remote: Endpoint, serverName: string, owner: string): Promise<Flow> {
    const key = `${owner} ${transport} ${remote.host} ${remote.port}`;
    const open = this.#connections.get(key);
    if (open?.isOpen) return open;
    const pending = this.#connecting.get(key) ?? this.#dial(key, transport, remote, serverName);
    return pending;
  }

  /** Closes the connections of an owner who needs them no more. */
  release(owner: string): void {
    for (const [key, flow] of this.#connections) if (key.startsWith(`${owner} `)) flow.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const flow of [...this.#connections.values(), ...this.#inbound]) flow.close();
    await Promise.all([...this.#listeners.values()].map((server) => new Promise((resolve) => server.close(resolve))));
    await new Promise<void>((resolve) => {
      try {
        this.#udp.close(resolve);
      } catch {
        resolve();
      }
    });
  }

  #onDatagram(bytes: Buffer, remote: Endpoint): void {
    // Keep-alives: a double CRLF is a ping; single line ends and zeros are what NAT keep-alives of others look like.
    if (bytes.length <= 4 && /^[\r\n\0 ]*$/.test(bytes.toString('latin1'))) {
      if (bytes.toString('latin1') === '\r\n\r\n')
        this.udp(remote)
          .send(Buffer.from('\r\n'))
          .catch(() => {});
      return;
    }
    this.#events.onMessage(bytes, this.udp(remote));
  }

  async #listen(transport: 'TCP' | 'TLS', server: net.Server, host: string, port: number): Promise<void> {
    server.on(transport === 'TLS' ? 'secureConnection' : 'connection', (socket: net.Socket) => {
      if (this.#isClosed || this.#inbound.size >= MAX_INBOUND_CONNECTIONS) {
        socket.destroy();
        return;
      }
      this.#inbound.add(this.#adopt(socket, transport, (flow) => this.#inbound.delete(flow)));
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    server.on('error', () => {});
    this.#listeners.set(transport, server);
  }

  async #dial(key: string, transport: 'TCP' | 'TLS', remote: Endpoint, serverName: string): Promise<StreamFlow> {
    const dialing = this.#open(transport, remote, serverName).then((socket) => {
      if (this.#isClosed) {
        socket.destroy();
        throw new Error('closed while connecting');
      }
      const flow = this.#adopt(socket, transport, (gone) => {
        if (this.#connections.get(key) === gone) this.#connections.delete(key);
      });
      this.#connections.set(key, flow);
      return flow;
    });
    this.#connecting.set(key, dialing);
    try {
      return await dialing;
    } finally {
      this.#connecting.delete(key);
    }
  }

  #open(transport: 'TCP' | 'TLS', remote: Endpoint, serverName: string): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
      const { ca, key, cert, verify = true, minVersion = 'TLSv1.2' } = this.#tls;
      const socket =
        transport === 'TCP'
          ? net.connect(remote.port, remote.host)
          : tls.connect({
              port: remote.port,
              host: remote.host,
              ...(net.isIP(plainAddress(serverName)) === 0 && { servername: serverName }),
              ...(ca && { ca: [...tls.rootCertificates, ca] }),
              ...(key && { key }),
              ...(cert && { cert }),
              rejectUnauthorized: verify,
              minVersion,
            });
      const stopWaiting = this.#time.after(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('connecting timed out')));
      socket.once(transport === 'TCP' ? 'connect' : 'secureConnect', () => {
        stopWaiting();
        resolve(socket);
      });
      socket.once('error', (error) => {
        stopWaiting();
        reject(error);
      });
    });
  }

  #adopt(socket: net.Socket, transport: 'TCP' | 'TLS', onClosed: (flow: StreamFlow) => void): StreamFlow {
    return new StreamFlow(socket, transport, this.#time, {
      onMessage: (bytes, flow) => this.#events.onMessage(bytes, flow),
      onClosed: (flow) => {
        onClosed(flow as StreamFlow);
        this.#events.onClosed(flow);
      },
    });
  }
}
