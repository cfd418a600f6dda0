import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ActorInspector } from '../../actors/ports/inspector.ts';
import { Feed } from './feed.ts';
import { Gate, type Refusal } from './gate.ts';
import { pageAt } from './pages.ts';

/** Somebody else has the port. */
export class InspectorPortTaken extends Error {
  override readonly name = 'InspectorPortTaken';
}

export interface InspectorServerOptions {
  readonly inspector: ActorInspector;
  /** Of loopback; 0: any free one. */
  readonly port: number;
  /** Whoever has it sees everything; a new one by default. */
  readonly token?: string;
  /** What went wrong with an answer; the viewer is told that it did. */
  readonly failed: (error: unknown) => void;
}

export interface InspectorServer {
  /** With the token. */
  readonly url: string;
  /** How many look on. */
  readonly viewers: number;
  /** At once. */
  close(): Promise<void>;
}

export const most = { connections: 64, viewers: 10, frameBytes: 4_096 } as const;
const patienceMs = 5_000;

/** Shows the actors of this process to developers on this machine. @throws InspectorPortTaken */
export async function startInspector(options: InspectorServerOptions): Promise<InspectorServer> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  const gate = new Gate(token);
  const server = createServer({ headersTimeout: patienceMs, requestTimeout: patienceMs }, (request, response) => {
    answer(gate, request, response).catch(() => response.destroy());
  });
  server.maxConnections = most.connections;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: most.frameBytes, perMessageDeflate: false });
  const feed = new Feed(options.inspector, options.failed);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const admitted = gate.admit(request);
    if ('status' in admitted) return refuse(socket, admitted);
    if (admitted.path !== '/live') return refuse(socket, { status: 404, says: 'Not found' });
    if (feed.size >= most.viewers) return refuse(socket, { status: 503, says: 'Too many inspectors' });
    sockets.handleUpgrade(request, socket, head, (viewer) => feed.add(viewer));
  });
  try {
    server.listen({ host: '127.0.0.1', port: options.port, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new InspectorPortTaken(`127.0.0.1:${options.port} cannot be listened on (${code})`, { cause });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    get viewers() {
      return feed.size;
    },
    async close() {
      feed.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const admitted = gate.admit(request);
  if ('status' in admitted) return send(response, admitted);
  if (request.method !== 'GET') return send(response, { status: 405, says: 'Only GET' });
  const page = await pageAt(admitted.path);
  if (!page) return send(response, { status: 404, says: 'Not found' });
  response.writeHead(200, { ...headers, 'content-type': page.type, 'content-security-policy': page.policy });
  response.end(page.body);
}

/** The address holds the token: it is told to nobody, and kept nowhere. */
const headers = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

function send(response: ServerResponse, { status, says }: Refusal): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${says}\n`);
}

function refuse(socket: Duplex, { status, says }: { readonly status: number; readonly says: string }): void {
  socket.end(`HTTP/1.1 ${status} ${says}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
