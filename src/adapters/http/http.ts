import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody else has the port, or this user may not have it. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/** What stands at a path. Takes nothing of the request: who may reach the address may read all of it. */
export type Page = () => Promise<{ readonly status: number; readonly type: string; readonly body: string }>;

export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly pages: Readonly<Record<string, Page>>;
}

export interface Http {
  readonly port: number;
  /** At once; an answer that is being made is dropped. */
  close(): Promise<void>;
}

const mostConnections = 64;
/** For the head of a request, and between two requests. */
const patienceMs = 5_000;
const most = { headers: 32, headerBytes: 4_096 } as const;

/** Serves pages to who watches over this process. @throws CannotListen */
export async function startHttp({ host, port, pages }: HttpOptions): Promise<Http> {
  const server = createServer(
    {
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      keepAliveTimeout: patienceMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: most.headerBytes,
    },
    (request, response) => void answer(pages, request, response),
  );
  server.maxConnections = mostConnections;
  server.maxHeadersCount = most.headers;
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new CannotListen(`${host}:${port} cannot be listened on (${code})`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(pages: HttpOptions['pages'], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  const { method = '' } = request;
  // Nobody's body is read.
  if (method !== 'GET' && method !== 'HEAD') response.setHeader('connection', 'close');
  if (page === undefined) return send(response, method, 404, 'text/plain', 'Not found\n');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, method, 405, 'text/plain', 'Only GET and HEAD\n');
  }
  const { status, type, body } = await page();
  send(response, method, status, type, body);
}

function send(response: ServerResponse, method: string, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(method === 'HEAD' ? undefined : body);
}
