/**
 * The whole service in a process of its own, with a Telegram that lives elsewhere and so survives it: for tests that kill it.
 * DATA_DIR, SESSION, SOCKS_PORT, BOT_TOKEN, BOT_API_ROOT; CLOCK_BEHIND_MS: how far its clock is behind ours.
 * Of several hosts: HOST, SHARDS, DATABASE_URL and SECRET_KEY; REDIS_URL; RTP_FROM: the first of its thousand ports; SIP_PORT;
 * WORKER; SIP_HOST: where it speaks SIP.
 * DIES: where it kills itself (`failpoints.ts`).
 */
const behindMs = Number(process.env.CLOCK_BEHIND_MS ?? 0);
const now = Date.now;
Date.now = () => now() - behindMs;

// Only now: whoever keeps the clock keeps this one.
const { pino } = await import('pino');
const { healthPages } = await import('../../../src/adapters/http/health.ts');
const { startHttp } = await import('../../../src/adapters/http/http.ts');
const { Readiness } = await import('../../../src/adapters/http/readiness.ts');
const { dialRules } = await import('../../../src/adapters/dial-rules/dial-rules.ts');
const { readTemplates, shippedTemplates } = await import('../../../src/adapters/templates/catalogue.ts');
const { readConfig } = await import('../../../src/config.ts');
const { hostOptionsOf } = await import('../../../src/host-options.ts');
const { dieWhere } = await import('./failpoints.ts');
const { startService } = await import('../../../src/service.ts');
const { openStorage } = await import('../../../src/storage.ts');

const { DATA_DIR = '', SESSION = '', SOCKS_PORT, BOT_TOKEN = '', BOT_API_ROOT = '', LOG_LEVEL = 'error' } = process.env;
const {
  HOST = 'local',
  SHARDS = '2',
  RTP_FROM = '24000',
  DATABASE_URL,
  SECRET_KEY,
  REDIS_URL,
  SIP_PORT = '0',
  WORKER = 'main',
  SIP_HOST = '127.0.0.1',
} = process.env;
if (process.env.DIES) dieWhere(JSON.parse(process.env.DIES));
const storage = await openStorage(
  readConfig({ ...(DATABASE_URL && { DATABASE_URL }), ...(SECRET_KEY && { SECRET_KEY }) }),
  DATA_DIR,
);
const service = await startService({
  // A host whose clock differs from the database's is refused.
  host: {
    ...hostOptionsOf(readConfig({ HOST_ID: HOST, SHARDS, WORKER_ID: WORKER, ...(REDIS_URL && { REDIS_URL }) })),
    now,
  },
  ...(REDIS_URL && { redisUrl: REDIS_URL }),
  storage,
  log: pino({ level: LOG_LEVEL }),
  settings: {
    allowPrivateRegistrars: true,
    templates: readTemplates([shippedTemplates], dialRules),
    worker: { name: WORKER, place: '' },
  },
  telegram: {
    apiId: 1,
    apiHash: '0'.repeat(32),
    session: SESSION,
    device: `siptg ${HOST}`,
    proxy: { host: '127.0.0.1', port: Number(SOCKS_PORT) },
    botToken: BOT_TOKEN,
    botApiRoot: BOT_API_ROOT,
  },
  sip: {
    bind: { host: SIP_HOST, udpPort: Number(SIP_PORT), tcpPort: Number(SIP_PORT) },
    advertisedHost: SIP_HOST,
  },
  media: {
    threads: 1,
    rtpHost: '127.0.0.1',
    rtpPorts: { from: Number(RTP_FROM), to: Number(RTP_FROM) + 999 },
    ice: { addresses: ['127.0.0.1'] },
  },
});
const readiness = new Readiness({ log: pino({ level: 'silent' }) });
readiness.watch(service.parts);
const http = await startHttp({ host: '127.0.0.1', port: 0, pages: healthPages(readiness) });
process.once('SIGTERM', () => void end());
async function end(): Promise<never> {
  await service.stop(Number(process.env.DRAIN_MS ?? 0));
  await Promise.all([storage.close(), http.close()]);
  process.exit(0);
}
console.log(`The service is ready: http://127.0.0.1:${http.port}/readyz`);
