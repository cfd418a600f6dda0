import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

type Address = readonly [host: string, port: number];

const bindTries = 50;
const receiveBufferBytes = 256 * 1024;
/** Packets that may wait for the event loop at once: a leg catching up after a stall sends a handful. */
const slots = 32;
const slotBytes = 2048 + 32;

/**
 * A UDP socket in the shape of werift's `UdpTransport`, which it replaces: that one has no `error` listener, so a full port
 * range, a missing route or a taken port ends the process.
 */
export class UdpSocket {
  readonly type = 'udp';
  readonly addressFamily: 4 | 6;
  onData: (data: Buffer, from: Address) => void = () => {};
  closed = false;
  readonly #socket: Socket;
  readonly #slots: Buffer[] = [];
  #slot = 0;

  private constructor(socket: Socket, family: 4 | 6) {
    this.#socket = socket;
    this.addressFamily = family;
    socket.on('message', (data, info) => {
      if (this.closed) return;
      const zone = info.address.indexOf('%');
      this.onData(data, [zone < 0 ? info.address : info.address.slice(0, zone), info.port]);
    });
    // Errors of single sends: the packet is lost, as packets are. Liveness notices when all are.
    socket.on('error', () => {});
  }

  /**
   * Binds to `host` on a port of the range, tried from a random place on, or on any port.
   * @throws the last bind error when no port could be had
   */
  static async bind(host: string, portRange?: readonly [number, number]): Promise<UdpSocket> {
    const ports = candidatePorts(portRange);
    for (const [tried, port] of ports.entries()) {
      try {
        return await bindTo(host, port, (socket, family) => new UdpSocket(socket, family));
      } catch (cause) {
        if (tried === ports.length - 1) throw cause;
      }
    }
    throw new RangeError('empty port range');
  }

  get address() {
    return this.#socket.address();
  }

  /** Promise-shaped because werift awaits it; the datagram is handed over before it returns. */
  send = (data: Buffer, to?: Address): Promise<void> => {
    if (to !== undefined) this.sendFrom(data, data.length, to[1], to[0]);
    return Promise.resolve();
  };

  /** Sends `data[0..length)`, which must stay untouched until the event loop has turned; `slot` gives such memory. */
  sendFrom(data: Buffer, length: number, port: number, host: string): void {
    if (this.closed) return;
    try {
      this.#socket.send(data, 0, length, port, host, ignoreSendError);
    } catch {
      // Throws for a closed socket or an impossible port only; neither is worth more than a lost packet.
    }
  }

  /**
   * Memory for one outgoing packet. dgram looks up even a numeric address in a later tick, so the caller's buffer, which is
   * used again for the next packet, cannot be handed to it.
   */
  slot(): Buffer {
    this.#slot = (this.#slot + 1) % slots;
    return (this.#slots[this.#slot] ??= Buffer.allocUnsafeSlow(slotBytes));
  }

  close = (): Promise<void> => {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    return new Promise((resolve) => {
      // dgram hands packets over in a later tick; an RTCP BYE sent right before must still leave.
      setImmediate(() => this.#socket.close(() => resolve()));
    });
  };
}

const ignoreSendError = (): void => {};

const candidatePorts = (range: readonly [number, number] | undefined): readonly number[] => {
  if (range === undefined) return [0];
  const [first, last] = range;
  const count = last - first + 1;
  const start = Math.floor(Math.random() * count);
  return Array.from({ length: Math.min(count, bindTries) }, (_, i) => first + ((start + i) % count));
};

const bindTo = (host: string, port: number, wrap: (socket: Socket, family: 4 | 6) => UdpSocket): Promise<UdpSocket> => {
  const family = isIPv6(host) ? 6 : 4;
  // Without ipv6Only a socket on :: would also take the IPv4 port of the same number.
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    ipv6Only: family === 6,
    recvBufferSize: receiveBufferBytes,
  });
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      socket.close();
      reject(cause);
    };
    socket.once('error', fail);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', fail);
      resolve(wrap(socket, family));
    });
  });
};
