import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal } from '../world/refusal.ts';
import type { World } from '../world/world.ts';
import { type Bot, Bots } from './bot.ts';
import { BotApiError, fromRefusal } from './bot-api-error.ts';
import { BotApiFaults } from './faults.ts';
import { documentByFilePath } from './file-ids.ts';
import { methodsByName } from './methods.ts';
import { maxBodyBytes, Parameters } from './parameters.ts';

export interface BotApi {
  /** What bot libraries call the API root: `http://127.0.0.1:port`. */
  readonly root: string;
  readonly faults: BotApiFaults;
  close(): Promise<void>;
}

/** The Bot API over HTTP on loopback, on a world. */
export async function startBotApi(world: World, options: { readonly port?: number } = {}): Promise<BotApi> {
  const methods = methodsByName(world);
  const faults = new BotApiFaults();
  const never = new AbortController().signal;

  const execute = async (bot: Bot, name: string, params: Parameters, gone: AbortSignal): Promise<unknown> => {
    const method = methods.get(name.toLowerCase());
    if (!method) throw new BotApiError(404, 'Not Found: method not found');
    return await method(params, bot, gone);
  };
  const bots = new Bots(world, (bot, name, params) => execute(bot, name, params, never));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, token = '', name = ''] = /^\/bot([^/]+)\/(?:test\/)?(\w+)$/.exec(url.pathname) ?? [];
    const bot = bots.byToken(token.replaceAll('%3A', ':'));
    const [, fileToken = '', path = ''] = /^\/file\/bot([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    if (fileToken) return sendFile(response, bots.byToken(fileToken.replaceAll('%3A', ':')), path);
    if (!token) throw new BotApiError(404, 'Not Found');
    if (!bot) throw new BotApiError(401, 'Unauthorized');

    const fault = faults.take(name);
    if (fault?.kind === 'error' && fault.error) throw fault.error;
    if (fault?.kind === 'close') return void request.socket.destroy();
    const params = await Parameters.read(url, request.headers['content-type'] ?? '', body);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const result = await execute(bot, name, params, gone.signal);
    if (fault?.kind === 'loseAnswer') return void request.socket.destroy();
    answer(response, 200, { ok: true, result });
  }

  function sendFile(response: ServerResponse, bot: Bot | undefined, path: string): void {
    const document = bot && documentByFilePath(world, path);
    if (!document) throw new BotApiError(404, 'Not Found');
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': document.bytes.length });
    response.end(document.bytes);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const { code, description, parameters } = toBotApiError(error);
      answer(response, code, { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    root: `http://127.0.0.1:${port}`,
    faults,
    close: () => {
      bots.close();
      return closed(server);
    },
  };
}

function toBotApiError(error: unknown): BotApiError {
  if (error instanceof BotApiError) return error;
  if (error instanceof Refusal) return fromRefusal(error);
  return new BotApiError(500, `Internal Server Error: ${error instanceof Error ? error.message : String(error)}`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    // The rest is read and thrown away: a client that is cut off in the middle would report a broken connection instead.
    if (length <= maxBodyBytes) chunks.push(chunk as Buffer);
  }
  if (length > maxBodyBytes) throw new BotApiError(413, 'Request Entity Too Large');
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, code: number, body: object): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
