import { createSocket, type Socket } from 'node:dgram';

/**
 * A box in the path of two legs, as a NAT is: the caller is told its address instead of the callee's. It sees, keeps, repeats
 * and makes up datagrams, and can change the port it uses towards the callee.
 */
export class MiddleBox {
  /** Datagrams of the caller, as sent. */
  readonly fromCaller: Buffer[] = [];
  readonly fromCallee: Buffer[] = [];
  /** Towards the callee; the last one is in use. */
  readonly #outer: Socket[] = [];
  readonly #inner: Socket;
  #callerPort = 0;
  readonly #calleePort: number;

  private constructor(inner: Socket, outer: Socket, calleePort: number) {
    this.#inner = inner;
    this.#calleePort = calleePort;
    inner.on('message', (data, { port }) => {
      this.#callerPort = port;
      this.fromCaller.push(Buffer.from(data));
      this.sendToCallee(data);
    });
    this.#use(outer);
  }

  static async before(calleePort: number): Promise<MiddleBox> {
    return new MiddleBox(await bound(), await bound(), calleePort);
  }

  /** What the caller is to be told. */
  get candidate(): string {
    return `candidate:1 1 udp 2130706431 127.0.0.1 ${this.#inner.address().port} typ host`;
  }

  /** Datagrams of the callee that came to the port in use now. */
  receivedLately = 0;

  sendToCallee(data: Buffer): void {
    this.#outer.at(-1)!.send(data, this.#calleePort, '127.0.0.1');
  }

  /** From now on the callee sees another port. */
  async move(): Promise<void> {
    this.receivedLately = 0;
    this.#use(await bound());
  }

  close(): void {
    for (const socket of [this.#inner, ...this.#outer]) socket.close();
  }

  #use(socket: Socket): void {
    this.#outer.push(socket);
    socket.on('message', (data) => {
      this.fromCallee.push(Buffer.from(data));
      if (socket === this.#outer.at(-1)) this.receivedLately++;
      if (this.#callerPort !== 0) this.#inner.send(data, this.#callerPort, '127.0.0.1');
    });
  }
}

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  return socket;
};
