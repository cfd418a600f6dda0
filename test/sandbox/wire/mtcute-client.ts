import { type ITelegramStorageProvider, MemoryStorage, TelegramClient, type TelegramTransport } from '@mtcute/node';
import { addPublicKey, NodeCryptoProvider } from '@mtcute/node/utils.js';
import type { MtServer } from '../../../sandbox/telegram/wire/server.ts';

export interface MtcuteParams {
  readonly storage?: ITelegramStorageProvider;
  readonly transport?: TelegramTransport;
  readonly usePfs?: boolean;
}

/** Stock mtcute that knows the server's address and RSA key. To be ended by destroy(). */
export const mtcute = async (server: MtServer, params: MtcuteParams = {}): Promise<TelegramClient> => {
  const { storage = new MemoryStorage(), transport, usePfs = false } = params;
  const crypto = new NodeCryptoProvider();
  await crypto.initialize();
  addPublicKey(crypto, server.rsaPublicKeyPem, false);
  const client = new TelegramClient({
    apiId: 1,
    apiHash: 'hash',
    storage,
    defaultDcs: server.mtcuteDcs,
    logLevel: Number(process.env['MTCUTE_LOG'] ?? 0),
    network: { usePfs },
    reconnectionStrategy: () => 50,
    ...(transport ? { transport } : {}),
  });
  // Its background errors; what matters shows in the assertions.
  client.onError.add(() => undefined);
  return client;
};
