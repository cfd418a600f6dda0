import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { workerName } from './machines/model/placement.ts';
import { hostName, mainWorker } from './machines/model/shards.ts';
import { mistypedVariables, unknownKeys } from './mistyped-keys.ts';

/** A configuration value is wrong; the message names each key, what was found and what is allowed. */
export class WrongConfiguration extends Error {
  override readonly name = 'WrongConfiguration';
}

/** Digits and nothing else: JavaScript would take " ", "0x1F" and "1e3" for numbers. */
const whole = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const port = whole.pipe(z.number().min(0).max(65_535));
const host = z.string().regex(/^[A-Za-z0-9.:_-]+$/);
const address = z.string().refine((text) => isIP(text) !== 0);
const seconds = whole.pipe(z.number().min(0).max(86_400));
const isProxy = (text: string) =>
  /^socks5:\/\/([^:/@[\]]+|\[[0-9a-fA-F:.]+\]):0*[1-9]\d*$/.test(text) && URL.canParse(text);
const isDatabase = (text: string) => /^postgres(ql)?:\/\/.+/.test(text) && URL.canParse(text);

/** A key: what it accepts, in code and in words, and what it is for. The table is the reference (`docs/configuration.md`). */
interface Key<T extends z.ZodType = z.ZodType> {
  readonly accepts: T;
  readonly allowed: string;
  readonly means: string;
  /** Never shown in messages. */
  readonly secret?: true;
}
const key = <T extends z.ZodType>(accepts: T, allowed: string, means: string, secret?: true): Key<T> => ({
  accepts,
  allowed,
  means,
  ...(secret && { secret }),
});

/** Where `HEALTH_PORT` is not given. */
export const healthPort = 8_068;
/** Where `INSPECT_PORT` is not given. */
export const inspectPort = 8_069;

export const keys = {
  TELEGRAM_API_ID: key(
    whole.pipe(z.number().positive()).optional(),
    'a whole number above 0',
    'API id from my.telegram.org; without it the sandbox runs',
  ),
  TELEGRAM_API_HASH: key(
    z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
    '32 characters 0-9 a-f',
    'API hash from my.telegram.org',
    true,
  ),
  TELEGRAM_BOT_TOKEN: key(
    z
      .string()
      .regex(/^\d+:[\w-]{20,}$/)
      .optional(),
    'a token such as 123456:AbC…',
    'the settings bot’s token from BotFather; inline mode must be on',
    true,
  ),
  TELEGRAM_PROXY: key(
    z.string().refine(isProxy).optional(),
    'socks5://host:port, the port from 1 to 65535',
    'a SOCKS5 proxy for the chat account',
  ),
  DATABASE_URL: key(
    z.string().refine(isDatabase).optional(),
    'postgres://user:password@host/database',
    'PostgreSQL 15 or newer; without it an embedded one runs',
    true,
  ),
  DATA_DIR: key(
    z.string().min(1).default('data'),
    'a directory that can be written',
    'where the embedded database and its key live',
  ),
  RECORDINGS_DIR: key(
    z.string().min(1).optional(),
    'a directory that can be written',
    'where recordings lie until the database has them; DATA_DIR/recordings where not given',
  ),
  REDIS_URL: key(
    z
      .string()
      .refine((text) => /^rediss?:\/\/\S+$/.test(text) && URL.canParse(text))
      .optional(),
    'redis://user:password@host:port',
    'where jobs live (deadlines, deliveries); without it they live in the database',
    true,
  ),
  SECRET_KEY: key(
    z
      .string()
      .regex(/^[A-Za-z0-9+/]{43}=$/)
      .optional(),
    '32 bytes in base64: openssl rand -base64 32',
    'seals passwords and sessions; with the embedded database one is made at first start',
    true,
  ),
  SIP_HOST: key(
    address.default('0.0.0.0'),
    'an IP address of this machine (0.0.0.0 or ::: all)',
    'where SIP and RTP listen',
  ),
  SIP_PORT: key(
    port.optional(),
    'a port, 0 to 65535 (0: any free one)',
    'SIP over UDP and TCP: 5060 where not given, any free one in the sandbox',
  ),
  SIP_ADVERTISED_HOST: key(host.optional(), 'an IP address or host name', 'what SIP and RTP peers are told to send to'),
  SIP_TLS_CA: key(
    z.string().min(1).optional(),
    'a file of PEM certificates',
    'authorities trusted besides the public ones for SIP over TLS',
  ),
  SIP_TLS_VERIFY: key(
    z.enum(['yes', 'no']).default('yes'),
    'yes or no',
    'whether certificates of SIP servers are checked',
  ),
  RTP_PORTS: key(
    z
      .string()
      .regex(/^\d{4,5}-\d{4,5}$/)
      .default('16384-32767'),
    'a range such as 16384-32767',
    'UDP ports for SIP audio',
  ),
  HOLD_MUSIC: key(
    z.string().min(1).optional(),
    'a WAV file, 16 bit, mono or stereo',
    'what held parties hear; a tune of our own where not given',
  ),
  ICE_ADDRESSES: key(
    z
      .string()
      .refine((text) => text.split(',').every((part) => isIP(part) !== 0))
      .optional(),
    'IP addresses of this machine with commas',
    'the only local addresses offered to Telegram peers; default: all',
  ),
  PLANS_FILE: key(
    z.string().min(1).optional(),
    'a JSON file of plans',
    'what owners may do; without it nothing is limited',
  ),
  ADMIN_IDS: key(
    z
      .string()
      .regex(/^\d{1,16}(,\d{1,16})*$/)
      .transform((text) => text.split(','))
      .optional(),
    'Telegram user ids with commas',
    'who may see all owners, set plans and send notices in the settings bot',
  ),
  PRIVATE_REGISTRARS: key(
    z.enum(['allowed', 'refused']).default('refused'),
    'allowed or refused',
    'whether people may set up lines at addresses of this machine and of private networks, as of a PBX at home',
  ),
  TEMPLATES_DIR: key(
    z.string().min(1).optional(),
    'a directory of JSON files',
    'templates of operators, beside those that come with the product',
  ),
  HOST_ID: key(
    z.string().regex(hostName).optional(),
    '1 to 40 letters, digits, . _ -',
    'this host among those of the installation, the same after a restart; the machine’s name where not given',
  ),
  SHARDS: key(
    whole.pipe(z.number().min(1).max(4_096)).optional(),
    'a whole number, 1 to 4096, the same on all hosts',
    'parts that the users of a Worker are divided into among its hosts: at first 16, or 256 with REDIS_URL, then what it was',
  ),
  WORKER_ID: key(
    z.string().regex(workerName).default(mainWorker),
    '1 to 27 letters, digits, _ or -, other than auto and host',
    'the Worker that this host belongs to; hosts of one Worker share its lines. One of an installation’s Workers is main',
  ),
  WORKER_NAME: key(
    z
      .string()
      .regex(/^[^\p{Cc}]{1,32}$/u)
      .default('This host'),
    '1 to 32 characters',
    'what people see of this host’s Worker in the list of workers',
  ),
  WORKER_PLACE: key(
    z
      .string()
      .regex(/^[^\p{Cc}]{0,32}$/u)
      .default(''),
    'up to 32 characters',
    'where this host stands, for the list of workers',
  ),
  WORKER_KIND: key(
    z.enum(['official', 'shared', 'operator', 'private']).default('official'),
    'official, shared, operator or private',
    'who may have lines on this host’s Worker: everybody, everybody who chooses it, lines whose template names it, its owner',
  ),
  WORKER_OWNER: key(
    z
      .string()
      .regex(/^\d{1,16}$/)
      .optional(),
    'a Telegram user id',
    'whose private Worker it is',
  ),
  HEALTH_HOST: key(
    address.default('127.0.0.1'),
    'an IP address of this machine (0.0.0.0 or ::: all)',
    'where /healthz, /readyz and /metrics are told over HTTP, to anybody who can reach it',
  ),
  HEALTH_PORT: key(
    port.optional(),
    'a port, 0 to 65535 (0: any free one)',
    'the port of /healthz, /readyz and /metrics: 8068 where not given, any free one in the sandbox',
  ),
  INSPECT: key(
    z.enum(['0', '1']).default('0'),
    '1 or 0',
    'whether developers on this machine may look at calls as they run: the address is said at start (docs/inspector.md)',
  ),
  INSPECT_PORT: key(
    port.optional(),
    'a port, 0 to 65535 (0: any free one)',
    'the port of that page on 127.0.0.1: 8069 where not given, any free one in the sandbox',
  ),
  DRAIN_SECONDS: key(seconds.default(600), 'seconds, 0 to 86400', 'how long calls may finish after SIGTERM'),
  LOG_LEVEL: key(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
    'trace, debug, info, warn, error or silent',
    'how much is logged: info where not given, warn in the sandbox',
  ),
} satisfies Record<string, Key>;

export type Config = { readonly [Name in keyof typeof keys]: z.infer<(typeof keys)[Name]['accepts']> };

/**
 * Reads the configuration: the environment over the file named by SIPTG_CONFIG (JSON, the same keys).
 * @throws WrongConfiguration naming every wrong key at once
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const file = environment.SIPTG_CONFIG ? readFile(environment.SIPTG_CONFIG) : {};
  const troubles = [
    ...unknownKeys(Object.keys(keys), file, environment.SIPTG_CONFIG),
    ...mistypedVariables([...Object.keys(keys), 'SIPTG_CONFIG'], environment, file),
  ];
  const values: Record<string, unknown> = {};
  for (const [name, { accepts, allowed, secret }] of Object.entries<Key>(keys)) {
    const found = [environment[name], file[name]].find((value) => value !== undefined && value !== '');
    const result = accepts.safeParse(found);
    if (result.success) values[name] = result.data;
    else
      troubles.push(
        `${name}: found ${secret ? 'a value of another form' : JSON.stringify(found)}, allowed is ${allowed}`,
      );
  }
  const config = values as Config;
  if (troubles.length === 0) troubles.push(...contradictions(config));
  refuse(troubles);
  return config;
}

/** @throws WrongConfiguration if there is any trouble */
export function refuse(troubles: readonly string[]): void {
  if (troubles.length > 0) throw new WrongConfiguration(`The configuration is wrong:\n  ${troubles.join('\n  ')}`);
}

function readFile(path: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'it holds something else' : (cause as Error).message;
    throw new WrongConfiguration(
      `The configuration is wrong:\n  SIPTG_CONFIG: ${path} cannot be read as a JSON object: ${why}`,
      { cause },
    );
  }
}

function contradictions(config: Config): string[] {
  const troubles: string[] = [];
  const credentials = ['TELEGRAM_API_ID', 'TELEGRAM_API_HASH', 'TELEGRAM_BOT_TOKEN'] as const;
  const given = credentials.filter((name) => config[name] !== undefined);
  if (given.length > 0 && given.length < credentials.length) {
    const missing = credentials.filter((name) => config[name] === undefined);
    troubles.push(`${missing.join(', ')}: found nothing, but ${given.join(', ')} is set; they are needed together`);
  }
  if (config.DATABASE_URL !== undefined && config.SECRET_KEY === undefined) {
    troubles.push(`SECRET_KEY: found nothing, allowed is ${keys.SECRET_KEY.allowed} (needed with DATABASE_URL)`);
  }
  const { SIP_PORT = 5_060, HEALTH_PORT = healthPort } = config;
  if (SIP_PORT !== 0 && SIP_PORT === HEALTH_PORT) {
    troubles.push(`HEALTH_PORT: found ${HEALTH_PORT}, allowed is ${keys.HEALTH_PORT.allowed}, other than SIP_PORT`);
  }
  const { INSPECT, INSPECT_PORT = inspectPort } = config;
  if (INSPECT === '1' && INSPECT_PORT !== 0 && [SIP_PORT, HEALTH_PORT].includes(INSPECT_PORT)) {
    troubles.push(
      `INSPECT_PORT: found ${INSPECT_PORT}, allowed is ${keys.INSPECT_PORT.allowed}, other than SIP_PORT and HEALTH_PORT`,
    );
  }
  const { WORKER_ID, WORKER_KIND, WORKER_OWNER } = config;
  if (WORKER_KIND === 'private' && WORKER_OWNER === undefined) {
    troubles.push(
      `WORKER_OWNER: found nothing, allowed is ${keys.WORKER_OWNER.allowed} (needed with WORKER_KIND=private)`,
    );
  }
  if (WORKER_ID === mainWorker && WORKER_KIND !== 'official') {
    troubles.push(
      `WORKER_KIND: found "${WORKER_KIND}", allowed is official for the Worker ${mainWorker}: give this one a WORKER_ID of its own`,
    );
  }
  const { from, to } = rtpPorts(config);
  if (from < 1_024 || to > 65_535 || to - from < 10) {
    troubles.push(
      `RTP_PORTS: found "${config.RTP_PORTS}", allowed is ${keys.RTP_PORTS.allowed}, at least ten ports from 1024 up`,
    );
  }
  return troubles;
}

export function rtpPorts({ RTP_PORTS }: Pick<Config, 'RTP_PORTS'>): { readonly from: number; readonly to: number } {
  const [from = 0, to = 0] = RTP_PORTS.split('-').map(Number);
  return { from, to };
}

/** Of `socks5://host:port`. */
export function proxyOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}
