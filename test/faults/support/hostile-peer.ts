import dgram from 'node:dgram';
import net from 'node:net';
import { type ResponseParts, readSip, response, type SipText } from './sip-text.ts';

/** A message the peer got, and the way back to its sender. */
export interface Received extends SipText {
  /** Sends any bytes to where it came from. */
  send(bytes: string | Buffer): void;
  respond(status: string, parts?: ResponseParts): void;
  /** Ends the connection it came on, where there is one. */
  hangUpConnection(): void;
}

/**
 * A SIP server on 127.0.0.1 that takes every registration, and does with everything else what the test says. What a test
 * leaves alone is answered as an honest server would: 200 to BYE and CANCEL.
 */
export class HostilePeer {
  readonly port: number;
  /** Everything but registrations, in order. */
  readonly received: Received[] = [];
  /** Each registration it took. `isRemoval`: of a binding that is not wanted any more. */
  readonly registrations: { readonly user: string; readonly isRemoval: boolean }[] = [];
  /** Takes a request; false: the honest answer is given. */
  #script: (request: Received) => boolean | void = () => false;
  readonly #waiting = new Set<() => void>();
  readonly #sockets = new Set<net.Socket>();
  readonly #udp: dgram.Socket;
  readonly #tcp: net.Server;

  private constructor(udp: dgram.Socket, tcp: net.Server) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.port = udp.address().port;
    udp.on('message', (bytes, from) =>
      this.#take(bytes.toString('latin1'), (out) => udp.send(out, from.port, from.address)),
    );
    tcp.on('connection', (socket) => this.#serve(socket));
  }

  /** UDP and TCP at the same port. */
  static async open(): Promise<HostilePeer> {
    for (;;) {
      const udp = dgram.createSocket('udp4');
      await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done));
      const tcp = net.createServer();
      const isOpen = await new Promise<boolean>((done) => {
        tcp.once('error', () => done(false));
        tcp.listen(udp.address().port, '127.0.0.1', () => done(true));
      });
      if (isOpen) return new HostilePeer(udp, tcp);
      udp.close();
    }
  }

  get domain(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** What it does from now on. `script` answers a request and returns true, or leaves it to the honest server. */
  plays(script: (request: Received) => boolean | void): void {
    this.received.length = 0;
    this.#script = script;
  }

  /** The first message that fits, as soon as there is one. @throws after 10 s */
  until(fits: (message: Received) => boolean, what: string): Promise<Received> {
    return this.#until(() => this.received.find(fits), what);
  }

  /** As soon as it was registered, or its registration was removed. @throws after 10 s */
  async registration(user: string, isRemoval = false): Promise<void> {
    const isIt = (one: (typeof this.registrations)[number]) => one.user === user && one.isRemoval === isRemoval;
    await this.#until(() => this.registrations.find(isIt), `${isRemoval ? 'removal' : 'registration'} of ${user}`);
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    const deadline = AbortSignal.timeout(10_000);
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (deadline.aborted)
        throw new Error(`no ${what}; there was: ${this.received.map(({ start }) => start).join(' | ') || 'nothing'}`);
      await new Promise<void>((done) => {
        const wake = () => {
          this.#waiting.delete(wake);
          deadline.removeEventListener('abort', wake);
          done();
        };
        this.#waiting.add(wake);
        deadline.addEventListener('abort', wake);
      });
    }
  }

  request(method: string): Promise<Received> {
    return this.until((message) => message.status === undefined && message.method === method, method);
  }

  count(method: string): number {
    return this.received.filter((message) => message.status === undefined && message.method === method).length;
  }

  /** Sends any bytes over UDP. */
  send(bytes: string | Buffer, port: number): void {
    this.#udp.send(bytes, port, '127.0.0.1');
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([
      new Promise<void>((done) => this.#udp.close(done)),
      new Promise<void>((done) => this.#tcp.close(() => done())),
    ]);
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(readSip(text.slice(0, end + 4)).header('content-length'));
        if (text.length < end + 4 + length) return;
        const whole = text.slice(0, end + 4 + length);
        text = text.slice(end + 4 + length);
        // CRLF alone keeps the connection alive.
        if (whole.trim())
          this.#take(
            whole.trimStart(),
            (out) => socket.write(out),
            () => socket.destroy(),
          );
      }
    });
  }

  #take(text: string, send: (bytes: string | Buffer) => void, hangUpConnection = () => {}): void {
    if (!text.trim()) return;
    const read = readSip(text);
    const respond = (status: string, parts?: ResponseParts) => send(response(read, status, parts));
    const received: Received = { ...read, send, respond, hangUpConnection };
    if (read.method === 'REGISTER') {
      const contact = read.header('contact');
      const isRemoval = /^\s*0\b/.test(read.header('expires')) || /;expires=0\b/.test(contact);
      this.registrations.push({ user: /<sip:([^@>]*)@/.exec(read.header('to'))?.[1] ?? '', isRemoval });
      respond('200 OK', { toTag: 'r', headers: isRemoval ? [] : [`Contact: ${contact};expires=3600`] });
      this.#wakeAll();
      return;
    }
    this.received.push(received);
    this.#wakeAll();
    if (read.status !== undefined || this.#script(received)) return;
    if (read.method === 'BYE' || read.method === 'CANCEL') respond('200 OK', { toTag: 'h' });
    if (read.method === 'CANCEL') {
      this.received
        .find(({ method, status }) => method === 'INVITE' && status === undefined)
        ?.respond('487 Request Terminated', { toTag: 'h' });
    }
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
