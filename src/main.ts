/** Starts the service: `npm start`. With Telegram credentials against Telegram, without any in the sandbox. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { pino } from 'pino';
import { LoginLost } from './adapters/telegram/client/errors.ts';
import { type Config, proxyOf, readConfig, rtpPorts, WrongConfiguration } from './config.ts';
import { DatabaseUnavailable } from './db/database-unavailable.ts';
import { LoginRepository } from './db/login-repository.ts';
import { openSandbox } from './sandbox-profile.ts';
import { type Service, startService } from './service.ts';
import { dataDirOf, isSandbox, openStorage, type Storage } from './storage.ts';

/** Nobody has logged the chat account in yet. */
class NotLoggedIn extends Error {
  override readonly name = 'NotLoggedIn';
}

const remedied = [WrongConfiguration, DatabaseUnavailable, NotLoggedIn, LoginLost];

try {
  const config = readConfig(process.env);
  await (isSandbox(config) ? runSandbox(config) : runLive(config));
} catch (error) {
  console.error(remedyOf(error) ?? error);
  process.exit(1);
}

function remedyOf(error: unknown): string | undefined {
  if (remedied.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `SIP_PORT: ${address}:${port} is in use by another program: stop it, or set SIP_PORT.`;
  if (code === 'EACCES') return `SIP_PORT: ${address}:${port} may not be opened by this user: set SIP_PORT above 1023.`;
  return undefined;
}

async function runLive(config: Config): Promise<void> {
  const storage = await openStorage(config, dataDirOf(config));
  const session = await new LoginRepository(storage.database, storage.box).session();
  if (session === undefined) {
    await storage.close();
    throw new NotLoggedIn('The chat account is not logged in to Telegram yet: run `npm run cli -- login` once.');
  }
  const service = await start(config, storage, {
    apiId: config.TELEGRAM_API_ID ?? 0,
    apiHash: config.TELEGRAM_API_HASH ?? '',
    session,
    botToken: config.TELEGRAM_BOT_TOKEN ?? '',
    ...(config.TELEGRAM_PROXY !== undefined && { proxy: proxyOf(config.TELEGRAM_PROXY) }),
  });
  stopOnSignals(service, config.DRAIN_SECONDS * 1_000, () => storage.close());
}

async function runSandbox(config: Config): Promise<void> {
  const loopback = { SIP_HOST: '127.0.0.1', SIP_ADVERTISED_HOST: '127.0.0.1', ICE_ADDRESSES: '127.0.0.1' };
  const sandbox = await openSandbox(config);
  try {
    const service = await start(
      { ...config, ...loopback, SIP_PORT: config.SIP_PORT ?? 0 },
      sandbox.storage,
      sandbox.telegram,
    );
    await sandbox.introduce(service);
    stopOnSignals(service, 0, () => sandbox.close());
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

function start(
  config: Config,
  storage: Storage,
  telegram: Parameters<typeof startService>[0]['telegram'],
): Promise<Service> {
  const { SIP_HOST, SIP_PORT = 5060, SIP_ADVERTISED_HOST, SIP_TLS_CA, SIP_TLS_VERIFY, ICE_ADDRESSES } = config;
  return startService({
    storage,
    telegram,
    log: pino({ level: config.LOG_LEVEL ?? (isSandbox(config) ? 'warn' : 'info') }),
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
      advertisedHost: SIP_ADVERTISED_HOST ?? reachableAddress(SIP_HOST),
      rtpPorts: rtpPorts(config),
      ice: ICE_ADDRESSES === undefined ? {} : { addresses: ICE_ADDRESSES.split(',') },
    },
  });
}

/** What peers in the same network can send to when we listen everywhere. */
function reachableAddress(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const family = host === '::' ? 'IPv6' : 'IPv4';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find((address) => address.family === family && !address.internal)?.address ?? '127.0.0.1';
}

/** First signal: no new calls, the others may finish for `drainMs`. Second: at once. */
function stopOnSignals(service: Service, drainMs: number, close: () => Promise<void>): void {
  const hurry = new AbortController();
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) return hurry.abort();
    stopping = true;
    if (drainMs > 0 && service.engaged > 0) {
      console.error(
        `Stopping: ${service.engaged} call(s) may finish within ${drainMs / 1_000} s; a second signal ends them.`,
      );
    }
    service
      .stop(drainMs, hurry.signal)
      .then(close)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
