import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Pbx } from '../pbx/pbx.ts';
import type { TelegramSandbox } from '../telegram/telegram.ts';
import { callView } from '../telegram/world/call.ts';
import { PageFaults } from './faults.ts';
import { BadRequest, type Fields, fieldsOf, text } from './fields.ts';
import { requests, sessionOf } from './requests.ts';
import { Seat } from './seat.ts';
import { SipDesk } from './sip-desk.ts';
import { nameIn, type PagePeople, snapshotOf } from './snapshot.ts';
import { callJson, messageView } from './views.ts';
import { type Asset, type Door, isOwnOrigin, pathBehind, plain, readAssets, respond } from './web.ts';

export interface PageOptions {
  readonly telegram: TelegramSandbox;
  readonly pbx: Pbx;
  readonly people: PagePeople;
  /** The person's account at the PBX, which its telephones ring, and one of nobody's yet. */
  readonly account: string;
  readonly spare: { readonly user: string; readonly password: string };
  /** On 127.0.0.1; any free one when it is taken, or not given. */
  readonly port?: number;
}

/** A small messenger in the browser whose user is a person of this Telegram, with a SIP telephone beside it. */
export interface SandboxPage {
  /** With the token, which lasts as long as this process. */
  readonly url: string;
  /** How many tabs are open, told with each change. */
  onTabs(listener: (count: number) => void): void;
  close(): Promise<void>;
}

export const startPage = async (options: PageOptions): Promise<SandboxPage> => {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 });
  await listen(server, options.port ?? 0);
  return new Page(server, options);
};

class Page implements SandboxPage {
  readonly url: string;
  readonly #server: Server;
  readonly #options: PageOptions;
  readonly #door: Door;
  readonly #assets = readAssets();
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: mostFrameBytes, clientTracking: true });
  readonly #seats = new Map<string, Seat>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #onTabs = new Set<(count: number) => void>();
  readonly #faults: PageFaults;
  readonly #desk: SipDesk;
  readonly #unwatch: () => void;

  constructor(server: Server, options: PageOptions) {
    const { telegram, pbx, account, people } = options;
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.#options = options;
    this.#door = { token: randomBytes(18).toString('base64url'), port };
    this.url = `http://127.0.0.1:${port}/${this.#door.token}/`;
    this.#faults = new PageFaults(telegram);
    this.#desk = new SipDesk({ pbx, account, changed: () => this.#tellDesk() });
    const nameOf = nameIn(telegram);
    this.#unwatch = telegram
      .person(people.me)
      .watch((event) =>
        this.#tell('message' in event ? { ...event, message: messageView(event.message, nameOf) } : event),
      );
    server.on('request', (request, response) => this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  onTabs(listener: (count: number) => void): void {
    this.#onTabs.add(listener);
  }

  async close(): Promise<void> {
    this.#unwatch();
    this.#desk.close();
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    for (const seat of this.#seats.values()) seat.close();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = pathBehind(this.#door, request);
    if (path === undefined) return respond(response, 403, plain('Open the address that npm start has printed.'));
    if (request.method !== 'GET') return respond(response, 405, plain('GET only.'));
    const asset = this.#assets.get(path) ?? this.#file(path);
    if (asset) respond(response, 200, asset);
    else respond(response, 404, plain('There is no such thing here.'));
  }

  /** Documents of conversations. They are never shown as pages: only sounds by their own type. */
  #file(path: string): Asset | undefined {
    const [, id] = /^file\/(-?\d{1,20})$/.exec(path) ?? [];
    const document = id === undefined ? undefined : this.#options.telegram.world.documents.find(BigInt(id));
    if (!document) return undefined;
    const isSound = /^audio\/[\w.-]+$/.test(document.mime);
    return { bytes: document.bytes, type: isSound ? document.mime : 'application/octet-stream' };
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isOurs = pathBehind(this.#door, request) === 'socket' && isOwnOrigin(this.#door.port, request);
    if (!isOurs || this.#sockets.clients.size >= mostTabs) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#greet(opened));
  }

  /** The first thing a page says is who it was before. */
  #greet(socket: WebSocket): void {
    const tooLate = setTimeout(() => socket.terminate(), helloWithinMs);
    // An oversized frame is one: ws closes with 1009.
    socket.on('error', () => {});
    socket.once('close', () => clearTimeout(tooLate));
    socket.once('message', (data, isBinary) => {
      clearTimeout(tooLate);
      try {
        const fields = isBinary ? {} : fieldsOf(textOf(data));
        if (fields['type'] !== 'hello') throw new BadRequest('hello comes first');
        this.#sit(socket, this.#seatOf(sessionOf(fields)));
      } catch {
        socket.close(1008, 'hello comes first');
      }
    });
  }

  #sit(socket: WebSocket, seat: Seat): void {
    clearTimeout(this.#leaving.get(seat.id));
    seat.take(socket);
    socket.on('message', (data, isBinary) => {
      if (isBinary) return socket.close(1003, 'text only');
      void this.#handle(seat, textOf(data));
    });
    socket.on('close', () => {
      seat.leave();
      this.#tellTabs();
      this.#leaving.set(
        seat.id,
        setTimeout(() => this.#forget(seat), keptMs),
      );
    });
    const { spare, pbx, telegram, people } = this.#options;
    const domain = `127.0.0.1:${pbx.port}`;
    seat.push({
      type: 'state',
      session: seat.id,
      ...snapshotOf(telegram, people),
      spare: { ...spare, domain },
      desk: this.#desk.view(),
      faults: this.#faults.view(),
    });
    seat.catchUp();
    this.#tellTabs();
  }

  /** The seat a page had, unless another tab (a duplicated one) sits on it; else a new one. */
  #seatOf(session: string | undefined): Seat {
    const before = session === undefined ? undefined : this.#seats.get(session);
    if (before && !before.isTaken) return before;
    const { world } = this.#options.telegram;
    const { me } = this.#options.people;
    const seat = new Seat(world.device(me), this.#faults);
    this.#seats.set(seat.id, seat);
    // A telephone that is switched on rings, too.
    for (const call of world.calls.all()) {
      if (call.state.name !== 'requested' || call.participantId !== me) continue;
      seat.push({ type: 'call', call: callJson(callView(call, 'participant')) });
    }
    return seat;
  }

  #forget(seat: Seat): void {
    this.#leaving.delete(seat.id);
    if (seat.isTaken) return;
    this.#seats.delete(seat.id);
    seat.close();
  }

  async #handle(seat: Seat, said: string): Promise<void> {
    let n: unknown = null;
    try {
      const fields: Fields = fieldsOf(said);
      n = Number.isInteger(fields['n']) ? fields['n'] : null;
      const type = text(fields, 'type');
      const handler = Object.hasOwn(requests, type) ? requests[type] : undefined;
      if (!handler) throw new BadRequest(`nothing is called ${type}`);
      const { telegram, people } = this.#options;
      const person = telegram.person(people.me);
      const parts = { person, desk: this.#desk, faults: this.#faults, changed: () => this.#tellDesk() };
      const result = await handler(fields, seat, parts);
      seat.push({ type: 'done', n, result: result ?? null });
    } catch (error) {
      seat.push({ type: 'done', n, error: (error as Error).message });
    }
  }

  #tellDesk(): void {
    this.#tell({ type: 'desk', calls: this.#desk.view(), faults: this.#faults.view() });
  }

  /** A page that is away gets everything anew when it is back. */
  #tell(event: object): void {
    for (const seat of this.#seats.values()) if (seat.isTaken) seat.push(event);
  }

  #tellTabs(): void {
    const count = [...this.#seats.values()].filter(({ isTaken }) => isTaken).length;
    for (const listener of this.#onTabs) listener(count);
  }
}

/** Of a frame: one Buffer, as `ws` gives them unless told otherwise. */
const textOf = (data: RawData): string => (data as Buffer).toString('utf8');

/** The largest a page sends is signaling of 16 kB, as hex. */
const mostFrameBytes = 64 * 1024;
const mostTabs = 16;
const helloWithinMs = 5_000;
/** How long a device is there without its tab. */
const keptMs = 15_000;

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (port === 0 || error.code !== 'EADDRINUSE') reject(error);
      else listen(server, 0).then(resolve, reject);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
