/**
 * The whole service in a process of its own, with a Telegram that lives elsewhere and so survives it: for tests that kill it.
 * DATA_DIR, SESSION, SOCKS_PORT, BOT_TOKEN, BOT_API_ROOT; CLOCK_BEHIND_MS: how far its clock is behind ours.
 */
const behindMs = Number(process.env.CLOCK_BEHIND_MS ?? 0);
const now = Date.now;
Date.now = () => now() - behindMs;

// Only now: whoever keeps the clock keeps this one.
const { pino } = await import('pino');
const { dialRules } = await import('../../../src/adapters/dial-rules/dial-rules.ts');
const { readTemplates, shippedTemplates } = await import('../../../src/adapters/templates/catalogue.ts');
const { readConfig } = await import('../../../src/config.ts');
const { startService } = await import('../../../src/service.ts');
const { openStorage } = await import('../../../src/storage.ts');

const { DATA_DIR = '', SESSION = '', SOCKS_PORT, BOT_TOKEN = '', BOT_API_ROOT = '', LOG_LEVEL = 'error' } = process.env;
const storage = await openStorage(readConfig({}), DATA_DIR);
const service = await startService({
  host: { id: 'local', place: '', shards: 2 },
  storage,
  log: pino({ level: LOG_LEVEL }),
  settings: {
    allowPrivateRegistrars: true,
    templates: readTemplates([shippedTemplates], dialRules),
    worker: { name: 'This host', place: '' },
  },
  telegram: {
    apiId: 1,
    apiHash: '0'.repeat(32),
    session: SESSION,
    proxy: { host: '127.0.0.1', port: Number(SOCKS_PORT) },
    botToken: BOT_TOKEN,
    botApiRoot: BOT_API_ROOT,
  },
  sip: { bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 }, advertisedHost: '127.0.0.1' },
  media: {
    threads: 1,
    rtpHost: '127.0.0.1',
    rtpPorts: { from: 24_000, to: 24_999 },
    ice: { addresses: ['127.0.0.1'] },
  },
});
process.once('SIGTERM', () => void end());
async function end(): Promise<never> {
  await service.stop(0);
  await storage.close();
  process.exit(0);
}
console.log('The service is ready.');
