import { createRequire } from 'node:module';
import type { TelegramClient as Client } from 'telegram';
import type { TelegramClientParams } from 'telegram/client/telegramBaseClient.js';
import type { MtServer } from '../../../sandbox/telegram/wire/server.ts';

// CommonJS, whose named exports the ESM loader does not all see.
const load = createRequire(import.meta.url);
export const { Api, TelegramClient } = load('telegram') as typeof import('telegram');
export const { Raw } = load('telegram/events') as typeof import('telegram/events/index.js');
export const connections = load('telegram/network/connection') as typeof import('telegram/network/connection/index.js');
const { StringSession } = load('telegram/sessions') as typeof import('telegram/sessions/index.js');
const { Logger } = load('telegram/extensions') as typeof import('telegram/extensions/index.js');
const { _serverKeys } = load('telegram/crypto/RSA') as {
  _serverKeys: Map<string, { n: unknown; e: number }>;
};
const bigInt = load('big-integer') as typeof import('big-integer');

/** Stock GramJS, led to the sandbox by its proxy setting. To be ended by destroy(): disconnect() leaves its pings running. */
export const gramJs = (server: MtServer, session: string, params: Partial<TelegramClientParams> = {}): Client => {
  const client = new TelegramClient(new StringSession(session), 1, 'hash', {
    proxy: { ip: server.host, port: server.socksPort, socksType: 5 },
    // Its own logger prints to stdout while constructing; 'none' is a level, though not in the types.
    baseLogger: new Logger('none' as ConstructorParameters<typeof Logger>[0]),
    connectionRetries: 20,
    retryDelay: 100,
    securityChecks: true,
    ...params,
  });
  // Reports of its own background loops; what matters shows in the assertions.
  client.onError = async () => undefined;
  return client;
};

/** For a handshake: makes GramJS trust the server's RSA key. */
export const trustServerKey = (server: MtServer): void => {
  const n = bigInt(server.rsaModulus.toString());
  _serverKeys.set(server.rsaFingerprint.toString(), { n, e: server.rsaExponent });
};
