import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { classes, Message, methods, parseMessage } from 'werift';

type Address = readonly [host: string, port: number];

const realm = 'test';
const nonce = Buffer.from('once');

interface Allocation {
  readonly relay: Socket;
  readonly permissions: Set<string>;
  readonly channels: Map<number, Address>;
}

/** As much of a TURN server (RFC 8656) as shows whether a client relays: long-term credentials, permissions, channels. */
export class TurnServer {
  /** Packets relayed either way. */
  relayed = 0;
  readonly #socket: Socket;
  readonly #key: Buffer;
  readonly #allocations = new Map<string, Allocation>();

  private constructor(socket: Socket, username: string, password: string) {
    this.#socket = socket;
    this.#key = createHash('md5').update(`${username}:${realm}:${password}`).digest();
    socket.on('message', (data, { address, port }) => void this.#receive(data, [address, port]));
  }

  static async start(username: string, password: string): Promise<TurnServer> {
    return new TurnServer(await bound(), username, password);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    for (const { relay } of this.#allocations.values()) relay.close();
    this.#socket.close();
  }

  async #receive(data: Buffer, client: Address): Promise<void> {
    const allocation = this.#allocations.get(client.join());
    if (data[0]! >= 0x40 && data[0]! < 0x80) {
      const peer = allocation?.channels.get(data.readUInt16BE(0));
      if (peer !== undefined) this.#relay(allocation!, data.subarray(4, 4 + data.readUInt16BE(2)), peer);
      return;
    }
    const message = parseMessage(data);
    if (message === undefined) return;
    const peer: Address | undefined = message.getAttributeValue('XOR-PEER-ADDRESS');
    if (message.messageClass === classes.INDICATION) {
      if (allocation && peer) this.#relay(allocation, message.getAttributeValue('DATA'), peer);
      return;
    }
    if (parseMessage(data, this.#key) === undefined) return this.#refuse(message, client);
    const response = new Message(message.messageMethod, classes.RESPONSE, message.transactionId);
    if (message.messageMethod === methods.ALLOCATE) {
      const { port } = (allocation ?? (await this.#allocate(client))).relay.address();
      response.setAttribute('XOR-RELAYED-ADDRESS', ['127.0.0.1', port]).setAttribute('XOR-MAPPED-ADDRESS', client);
      response.setAttribute('LIFETIME', 600);
    }
    if (message.messageMethod === methods.REFRESH) response.setAttribute('LIFETIME', 600);
    if (peer !== undefined) allocation?.permissions.add(peer[0]);
    const channel = message.getAttributeValue('CHANNEL-NUMBER');
    if (channel !== undefined && peer !== undefined) allocation?.channels.set(channel, peer);
    this.#send(response.addMessageIntegrity(this.#key).addFingerprint().bytes, client);
  }

  async #allocate(client: Address): Promise<Allocation> {
    const allocation = { relay: await bound(), permissions: new Set<string>(), channels: new Map<number, Address>() };
    this.#allocations.set(client.join(), allocation);
    allocation.relay.on('message', (data, { address, port }) => {
      if (!allocation.permissions.has(address)) return;
      this.relayed++;
      const channel = [...allocation.channels].find(([, peer]) => peer[0] === address && peer[1] === port)?.[0];
      if (channel === undefined) {
        const indication = new Message(methods.DATA, classes.INDICATION);
        this.#send(
          indication.setAttribute('XOR-PEER-ADDRESS', [address, port]).setAttribute('DATA', data).bytes,
          client,
        );
      } else {
        const header = Buffer.alloc(4);
        header.writeUInt16BE(channel, 0);
        header.writeUInt16BE(data.length, 2);
        this.#send(Buffer.concat([header, data]), client);
      }
    });
    return allocation;
  }

  #relay(allocation: Allocation, data: Buffer, [host, port]: Address): void {
    if (!allocation.permissions.has(host)) return;
    this.relayed++;
    allocation.relay.send(data, port, host);
  }

  #refuse(request: Message, client: Address): void {
    const response = new Message(request.messageMethod, classes.ERROR, request.transactionId);
    response
      .setAttribute('ERROR-CODE', [401, 'Unauthorized'])
      .setAttribute('REALM', realm)
      .setAttribute('NONCE', nonce);
    this.#send(response.addFingerprint().bytes, client);
  }

  #send(data: Buffer, [host, port]: Address): void {
    this.#socket.send(data, port, host);
  }
}

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  return socket;
};
