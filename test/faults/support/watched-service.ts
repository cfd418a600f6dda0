import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { startTelegram, type TelegramSandbox } from '../../../sandbox/telegram/telegram.ts';
import { dialRules } from '../../../src/adapters/dial-rules/dial-rules.ts';
import { healthPages } from '../../../src/adapters/http/health.ts';
import { startHttp } from '../../../src/adapters/http/http.ts';
import { Readiness, type Report } from '../../../src/adapters/http/readiness.ts';
import { readTemplates, shippedTemplates } from '../../../src/adapters/templates/catalogue.ts';
import { readConfig } from '../../../src/config.ts';
import { hostOptionsOf } from '../../../src/host-options.ts';
import { type Service, startService } from '../../../src/service.ts';
import { openStorage } from '../../../src/storage.ts';
import { hasRedis, startRedis } from '../../adapters/jobs/redis.ts';
import { type Relay, startRelay } from '../../adapters/jobs/relay.ts';
import { through } from '../../adapters/jobs/support.ts';
import { temporaryCluster, temporaryDirectory } from '../../support/database.ts';

export interface WatchedService {
  readonly service: Service;
  /** The networks to what it needs. `redis`: undefined where none is installed; jobs are in the database then. */
  readonly ways: {
    readonly database: Relay;
    readonly redis: Relay | undefined;
    readonly telegram: Relay;
    readonly botApi: Relay;
  };
  /** What /readyz says. */
  ready(): Promise<{ readonly status: number; readonly report: Report; readonly tookMs: number }>;
  alive(): Promise<number>;
  /** Stops the servers themselves, for good. */
  readonly servers: { stopDatabase(): Promise<void>; stopRedis(): Promise<void>; readonly telegram: TelegramSandbox };
  close(): Promise<void>;
}

/** The whole service with its health pages, each of its servers behind a network of its own. */
export async function openWatchedService(): Promise<WatchedService> {
  await using opening = new AsyncDisposableStack();
  const directory = await temporaryDirectory();
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const cluster = await temporaryCluster();
  const stopDatabase = once(() => cluster.stop());
  opening.defer(stopDatabase);
  const redis = hasRedis() ? await startRedis() : undefined;
  const stopRedis = once(async () => redis?.stop());
  opening.defer(stopRedis);
  const telegram = await startTelegram();
  opening.defer(() => telegram.close());
  const relay = async (port: number) => {
    const opened = await startRelay(port);
    opening.defer(() => opened.close());
    return opened;
  };
  const ways = {
    database: await relay(Number(new URL(cluster.url).port)),
    redis: redis && (await relay(redis.port)),
    telegram: await relay(telegram.socksPort),
    botApi: await relay(Number(new URL(telegram.botApiRoot).port)),
  };
  const databaseUrl = through(cluster.url, ways.database.port);
  const secretKey = Buffer.alloc(32, 7).toString('base64');
  const storage = await openStorage(readConfig({ DATABASE_URL: databaseUrl, SECRET_KEY: secretKey }), directory);
  opening.defer(() => storage.close());
  const chat = telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
  const service = await startService({
    host: hostOptionsOf(
      readConfig({ HOST_ID: 'local', SHARDS: '2', ...(ways.redis && { REDIS_URL: 'redis://127.0.0.1' }) }),
    ),
    storage,
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    ...(ways.redis && { redisUrl: `redis://127.0.0.1:${ways.redis.port}` }),
    settings: {
      allowPrivateRegistrars: true,
      templates: readTemplates([shippedTemplates], dialRules),
      worker: { name: 'This host', place: '' },
    },
    telegram: {
      apiId: 1,
      apiHash: '0'.repeat(32),
      session: telegram.sessionString(chat),
      proxy: { host: '127.0.0.1', port: ways.telegram.port },
      botToken: telegram.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true }).token,
      botApiRoot: through(telegram.botApiRoot, ways.botApi.port).replace(/\/$/, ''),
    },
    sip: { bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 }, advertisedHost: '127.0.0.1' },
    media: {
      threads: 2,
      rtpHost: '127.0.0.1',
      rtpPorts: { from: 25_000, to: 25_199 },
      ice: { addresses: ['127.0.0.1'] },
    },
  });
  opening.defer(() => service.stop(0));
  const readiness = new Readiness({ log: pino({ level: 'silent' }) });
  readiness.watch(service.parts);
  const http = await startHttp({ host: '127.0.0.1', port: 0, pages: healthPages(readiness) });
  opening.defer(() => http.close());
  const ask = (path: string) => fetch(`http://127.0.0.1:${http.port}${path}`);
  const open = opening.move();
  return {
    service,
    ways,
    async ready() {
      const from = performance.now();
      const answer = await ask('/readyz');
      const report = (await answer.json()) as Report;
      return { status: answer.status, report, tookMs: performance.now() - from };
    },
    alive: async () => (await ask('/healthz')).status,
    servers: { stopDatabase, stopRedis, telegram },
    close: () => open.disposeAsync(),
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
