/** Operates an installation from a terminal: `npm run cli -- <command>`. */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { LoginFailed, login } from './adapters/telegram/login/login.ts';
import { terminalPrompt } from './adapters/telegram/login/prompt.ts';
import { type Config, proxyOf, readConfig, WrongConfiguration } from './config.ts';
import { runningCluster } from './db/cluster.ts';
import { DatabaseUnavailable } from './db/database-unavailable.ts';
import { announceLineChange } from './db/line-changes.ts';
import { LineRepository, type NewLine } from './db/line-repository.ts';
import { LoginRepository } from './db/login-repository.ts';
import { WrongSecretKey } from './db/secret-box.ts';
import { LineId, UserId } from './machines/model/ids.ts';
import { dataDirOf, isSandbox, openStorage, type Storage } from './storage.ts';

const usage = `Usage: npm run cli -- <command>

  line add --user <telegram id> --login <login> --domain <host[:port]> [--name <name>] [--proxy <host[:port]>]
           [--transport udp|tcp|tls] [--codecs opus,alaw,mulaw]
           The password is asked for, or taken from SIP_PASSWORD.
  line list
  line remove <id>
  login    logs the chat account in to Telegram (phone code, 2FA or QR)`;

/** The command line is wrong; the message says how it should be. */
class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** What a command does once its words are understood and its questions answered: the database waits for nobody. */
type Work = (storage: Storage) => Promise<string>;

const commands: Readonly<Record<string, (words: readonly string[]) => Promise<Work>>> = {
  'line add': async (words) => {
    const line = await readLine(words);
    return async (storage) => {
      const id = await linesOf(storage).add(line);
      await announceLineChange(storage.url);
      return `Added line ${line.name} (${id}).`;
    };
  },
  'line list': async () => async (storage) => {
    const lines = await linesOf(storage).all();
    const rows = lines.map(
      ({ id, name, user, login, domain, transport, enabled }) =>
        `${id}  ${enabled ? 'on ' : 'off'}  ${name}  ${login}@${domain}/${transport}  user ${user}`,
    );
    return rows.join('\n') || 'There is no line yet.';
  },
  'line remove': async ([id = '']) => {
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new WrongUsage(`line remove: found "${id}", allowed is an id of line list`);
    return async (storage) => {
      if (!(await linesOf(storage).remove(LineId(id)))) throw new WrongUsage(`line remove: there is no line ${id}`);
      await announceLineChange(storage.url);
      return `Removed line ${id}.`;
    };
  },
  login: async () => {
    const { TELEGRAM_API_ID: apiId, TELEGRAM_API_HASH: apiHash, TELEGRAM_PROXY: proxy } = readConfig(process.env);
    if (apiId === undefined || apiHash === undefined) {
      throw new WrongUsage(
        'login: set TELEGRAM_API_ID, TELEGRAM_API_HASH and TELEGRAM_BOT_TOKEN first (my.telegram.org, BotFather)',
      );
    }
    return async (storage) => {
      const session = await onTerminal((terminal) =>
        login({
          apiId,
          apiHash,
          ...(proxy !== undefined && { proxy: proxyOf(proxy) }),
          log: pino({ level: 'silent' }),
          ...terminal,
        }),
      );
      await new LoginRepository(storage.database, storage.box).keep(session);
      return 'The chat account is logged in. Start the service with `npm start`.';
    };
  },
};

const linesOf = ({ database, box }: Storage) => new LineRepository(database, box);

interface Form {
  test(text: string): boolean;
}
const hostAndPort: Form = {
  test: (text) => {
    const [, port = '5060'] = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text) ?? [text, '0'];
    return Number(port) >= 1 && Number(port) <= 65_535;
  },
};
const checks: readonly (readonly [string, Form, string])[] = [
  ['user', /^\d{1,16}$/, 'a Telegram user id such as 123456789'],
  ['login', /^[^\s\p{Cc}]{1,128}$/u, '1 to 128 characters without spaces'],
  ['domain', hostAndPort, 'host or host:port such as pbx.example.org:5060'],
  ['proxy', { test: (text) => text === '' || hostAndPort.test(text) }, 'host or host:port, or nothing'],
  ['transport', /^(udp|tcp|tls)$/, 'udp, tcp or tls'],
  ['codecs', /^(opus|alaw|mulaw|g722|gsm)(,(opus|alaw|mulaw|g722|gsm))*$/, 'a list from opus,alaw,mulaw,g722,gsm'],
  ['name', /^[^\p{Cc}]{1,32}$/u, '1 to 32 characters'],
];

async function readLine(words: readonly string[]): Promise<NewLine> {
  const text = { type: 'string' } as const;
  const options = { user: text, login: text, domain: text, name: text, proxy: text, transport: text, codecs: text };
  let found: { [Name in keyof typeof options]?: string };
  try {
    found = parseArgs({ args: [...words], options, strict: true }).values;
  } catch (cause) {
    throw new WrongUsage(`line add: ${(cause as Error).message}`, { cause });
  }
  const values: Record<string, string> = {
    proxy: '',
    transport: 'udp',
    codecs: 'opus,alaw,mulaw',
    name: found.login ?? '',
    ...found,
  };
  for (const [name, form, allowed] of checks) {
    const value = values[name] ?? '';
    if (!form.test(value)) throw new WrongUsage(`line add: --${name}: found "${value}", allowed is ${allowed}`);
  }
  const { user = '', login = '', domain = '', proxy = '', transport, codecs = '', name = '' } = values;
  return {
    name,
    owner: UserId(user),
    login,
    domain,
    proxy,
    transport: transport as NewLine['transport'],
    codecs: codecs.split(','),
    password: await readPassword(),
  };
}

/** Not an option: arguments are seen by everybody on the machine. */
async function readPassword(): Promise<string> {
  const given =
    process.env.SIP_PASSWORD ?? (await onTerminal(({ ask }) => ask({ kind: 'password', text: 'SIP password' })));
  if (!/^[^\p{Cc}]{1,128}$/u.test(given)) throw new WrongUsage('line add: the password must have 1 to 128 characters');
  return given;
}

/** Asks until the input ends, for a question to nobody would wait for ever. */
async function onTerminal<T>(talk: (terminal: ReturnType<typeof terminalPrompt>) => Promise<T>): Promise<T> {
  const terminal = terminalPrompt(process.stdin, process.stderr);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  process.stdin.once('end', () => reject(new InputEnded()));
  try {
    return await Promise.race([talk(terminal), ended]);
  } catch (error) {
    // Ctrl-C and Ctrl-D while a question stands.
    throw (error as Error).name === 'AbortError' ? new InputEnded({ cause: error }) : error;
  } finally {
    terminal.close();
  }
}

/** Nobody is there to answer. */
class InputEnded extends Error {
  override readonly name = 'InputEnded';
  constructor(options?: ErrorOptions) {
    super(
      'The input ended before the question was answered: run this in a terminal (line add takes SIP_PASSWORD instead).',
      options,
    );
  }
}

async function main(words: readonly string[]): Promise<string> {
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => Object.hasOwn(commands, candidate));
  const command = name === undefined ? undefined : commands[name];
  if (!command || name === undefined) throw new WrongUsage(usage);
  const config = readConfig(process.env);
  const work = await command(words.slice(name.split(' ').length));
  const storage = await openInstallation(config);
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

async function openInstallation(config: Config): Promise<Storage> {
  const dataDir = dataDirOf(config);
  if (!isSandbox(config)) return openStorage(config, dataDir, { share: true });
  if ((await runningCluster(dataDir)) === undefined) {
    throw new WrongUsage(
      'Without TELEGRAM_API_ID this is the sandbox. It does not run, and starts empty each time: ' +
        'start it with `npm start` first, or set TELEGRAM_API_ID, TELEGRAM_API_HASH and TELEGRAM_BOT_TOKEN.',
    );
  }
  return openStorage({ ...config, DATABASE_URL: undefined }, dataDir, { share: true });
}

const remedied = [WrongUsage, WrongConfiguration, WrongSecretKey, DatabaseUnavailable, InputEnded, LoginFailed];

// A signal must not leave the database running: leaving by `exit` ends it.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  console.error(remedied.some((kind) => error instanceof kind) ? (error as Error).message : error);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
