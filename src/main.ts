/** Starts the service: `npm start`. With Telegram credentials against Telegram, without any in the sandbox. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import { dialRules } from './adapters/dial-rules/dial-rules.ts';
import { healthPages } from './adapters/http/health.ts';
import { startHttp } from './adapters/http/http.ts';
import { metricsPage } from './adapters/http/metrics.ts';
import { Readiness } from './adapters/http/readiness.ts';
import { type Metrics, openMetrics } from './adapters/metrics/metrics.ts';
import { readPlanFile } from './adapters/plans/plan-file.ts';
import { readTemplates, shippedTemplates } from './adapters/templates/catalogue.ts';
import { type Config, healthPort, inspectPort, proxyOf, readConfig, rtpPorts, WrongConfiguration } from './config.ts';
import { hostLogin } from './host-login.ts';
import { hostOptionsOf } from './host-options.ts';
import { openLog } from './log.ts';
import { UserId } from './machines/model/ids.ts';
import { checkMachine } from './preflight.ts';
import { productVersion } from './product-version.ts';
import { remedyOf } from './remedy.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';
import { dataDirOf, ignoredInSandbox, isSandbox, openStorage, type Storage } from './storage.ts';

/** What runs, closed in reverse: however far the start came when it failed or was interrupted. */
const started = new AsyncDisposableStack();
/** Ends the drain early. */
const hurry = new AbortController();
let stopping = false;

// First of all: a signal during a start of seconds must not leave a database running.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, onSignal);
try {
  const config = readConfig(process.env);
  await (isSandbox(config) ? runSandbox(config) : runLive(config));
} catch (error) {
  // A start that is interrupted fails, since what it uses is being closed.
  if (!stopping) {
    stopping = true;
    console.error(remedyOf(error) ?? error);
    await exit(1);
  }
}

/** First signal: no new calls, the others may finish for DRAIN_SECONDS. Second: at once. */
function onSignal(): void {
  if (stopping) return hurry.abort();
  stopping = true;
  void exit(0);
}

async function exit(code: number): Promise<void> {
  try {
    await started.disposeAsync();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
  process.exit(code);
}

async function runLive(config: Config): Promise<void> {
  await checkMachine(config);
  const presence = await present(config);
  const storage = await openStorage(config, dataDirOf(config));
  started.defer(() => storage.close());
  const access = {
    apiId: config.TELEGRAM_API_ID ?? 0,
    apiHash: config.TELEGRAM_API_HASH ?? '',
    ...(config.TELEGRAM_PROXY !== undefined && { proxy: proxyOf(config.TELEGRAM_PROXY) }),
  };
  const log = presence.log.child({ part: 'login' });
  const login = await hostLogin({ host: hostOptionsOf(config).host, storage, telegram: access, log });
  const { session, device } = login;
  const telegram = { ...access, session, device, botToken: config.TELEGRAM_BOT_TOKEN ?? '', serve: login.serve };
  const service = await start(config, presence, storage, telegram).catch(async (error: unknown) => {
    await login.judge(error);
    throw error;
  });
  started.defer(() => drain(service, config.DRAIN_SECONDS));
}

async function runSandbox(found: Config): Promise<void> {
  const loopback = { SIP_HOST: '127.0.0.1', SIP_ADVERTISED_HOST: '127.0.0.1', ICE_ADDRESSES: '127.0.0.1' };
  const config = {
    ...found,
    ...loopback,
    REDIS_URL: undefined,
    SIP_PORT: found.SIP_PORT ?? 0,
    HEALTH_PORT: found.HEALTH_PORT ?? 0,
    INSPECT_PORT: found.INSPECT_PORT ?? 0,
  };
  for (const told of ignoredInSandbox(found)) console.error(told);
  await checkMachine(config);
  const presence = await present(config);
  // Only here: an installation for production has none of its packages.
  const { openSandbox } = await import('./sandbox-profile.ts').catch(explainMissingPackage);
  const sandbox = await openSandbox(config);
  started.defer(() => sandbox.close());
  const service = await start(config, presence, sandbox.storage, sandbox.telegram);
  started.defer(() => drain(service, 0));
  await sandbox.introduce(service);
}

function explainMissingPackage(cause: NodeJS.ErrnoException): never {
  if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  throw new WrongConfiguration(
    'TELEGRAM_API_ID: found nothing, so the sandbox runs, but its packages are not installed: run `npm ci --include=dev`, ' +
      'or set TELEGRAM_API_ID, TELEGRAM_API_HASH and TELEGRAM_BOT_TOKEN.',
    { cause },
  );
}

async function drain(service: Service, seconds: number): Promise<void> {
  if (seconds > 0 && service.engaged > 0) {
    console.error(`Stopping: ${service.engaged} call(s) may finish within ${seconds} s; a second signal ends them.`);
  }
  await service.stop(seconds * 1_000, hurry.signal);
}

/** What others see of this process, from before the start until after the end. */
interface Presence {
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** Where /healthz, /readyz and /metrics are told. */
  readonly health: { readonly host: string; readonly port: number };
}

async function present(config: Config): Promise<Presence> {
  const log = openLog(config.LOG_LEVEL ?? (isSandbox(config) ? 'warn' : 'info'));
  const { HEALTH_HOST: host, HEALTH_PORT: port = healthPort } = config;
  const readiness = new Readiness({ log: log.child({ part: 'health' }) });
  const metrics = openMetrics({ version: productVersion, parts: () => readiness.report(), process: true });
  const pages = { ...healthPages(readiness), ...metricsPage(() => metrics.exposition()) };
  const http = await startHttp({ host, port, pages });
  started.defer(() => http.close());
  return { log, readiness, metrics, health: { host, port: http.port } };
}

async function start(
  config: Config,
  { log, readiness, metrics, health }: Presence,
  storage: Storage,
  telegram: Parameters<typeof startService>[0]['telegram'],
): Promise<Service> {
  const { SIP_HOST, SIP_PORT = 5060, SIP_ADVERTISED_HOST, SIP_TLS_CA, SIP_TLS_VERIFY, ICE_ADDRESSES } = config;
  const { HOLD_MUSIC, REDIS_URL, INSPECT, INSPECT_PORT = inspectPort } = config;
  const service = await startService({
    storage,
    telegram,
    host: hostOptionsOf(config),
    ...(REDIS_URL !== undefined && { redisUrl: REDIS_URL }),
    settings: settingsOf(config),
    metrics,
    ...(config.PLANS_FILE !== undefined && { plans: readPlanFile(config.PLANS_FILE) }),
    ...(INSPECT === '1' && { inspect: { port: INSPECT_PORT, told: (at) => console.error(`Inspector: ${at}`) } }),
    log,
    sip: {
      bind: { host: SIP_HOST, udpPort: SIP_PORT, tcpPort: SIP_PORT },
      ...(SIP_ADVERTISED_HOST !== undefined && { advertisedHost: SIP_ADVERTISED_HOST }),
      tls: {
        verify: SIP_TLS_VERIFY === 'yes',
        ...(SIP_TLS_CA !== undefined && { ca: readFileSync(SIP_TLS_CA, 'utf8') }),
      },
    },
    media: {
      rtpHost: SIP_HOST,
      ...(HOLD_MUSIC !== undefined && { music: HOLD_MUSIC }),
      advertisedHost: SIP_ADVERTISED_HOST ?? reachableAddress(SIP_HOST),
      rtpPorts: rtpPorts(config),
      ice: ICE_ADDRESSES === undefined ? {} : { addresses: ICE_ADDRESSES.split(',') },
    },
  });
  readiness.watch(service.parts);
  log.info({ health }, 'started');
  return service;
}

function settingsOf(config: Config): ServiceOptions['settings'] {
  const { ADMIN_IDS = [], PRIVATE_REGISTRARS, TEMPLATES_DIR, WORKER_NAME: name, WORKER_PLACE: place } = config;
  return {
    admins: ADMIN_IDS.map(UserId),
    // In the sandbox there are no others.
    allowPrivateRegistrars: PRIVATE_REGISTRARS === 'allowed' || isSandbox(config),
    templates: readTemplates([shippedTemplates, ...(TEMPLATES_DIR === undefined ? [] : [TEMPLATES_DIR])], dialRules),
    worker: { name, place },
  };
}

/** What peers in the same network can send to when we listen everywhere. */
function reachableAddress(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const family = host === '::' ? 'IPv6' : 'IPv4';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find((address) => address.family === family && !address.internal)?.address ?? '127.0.0.1';
}
