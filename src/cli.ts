/** Operates an installation from a terminal: `npm run cli -- <command>`. */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { proxyOf, readConfig, WrongConfiguration } from './config.ts';
import { DatabaseUnavailable } from './db/database-unavailable.ts';
import { announceLineChange } from './db/line-changes.ts';
import { LineRepository, type NewLine } from './db/line-repository.ts';
import { LoginRepository } from './db/login-repository.ts';
import { LineId, UserId } from './machines/model/ids.ts';
import { dataDirOf, openStorage, type Storage } from './storage.ts';

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

const commands: Readonly<Record<string, (storage: Storage, words: readonly string[]) => Promise<string>>> = {
  'line add': async (storage, words) => {
    const line = await readLine(words);
    const id = await linesOf(storage).add(line);
    await announceLineChange(storage.url);
    return `Added line ${line.name} (${id}).`;
  },
  'line list': async (storage) => {
    const lines = await linesOf(storage).all();
    const rows = lines.map(
      ({ id, name, user, login, domain, transport, enabled }) =>
        `${id}  ${enabled ? 'on ' : 'off'}  ${name}  ${login}@${domain}/${transport}  user ${user}`,
    );
    return rows.join('\n') || 'There is no line yet.';
  },
  'line remove': async (storage, [id = '']) => {
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new WrongUsage(`line remove: found "${id}", allowed is an id of line list`);
    if (!(await linesOf(storage).remove(LineId(id)))) throw new WrongUsage(`line remove: there is no line ${id}`);
    await announceLineChange(storage.url);
    return `Removed line ${id}.`;
  },
  login: (storage) => loginCommand(storage),
};

const loginCommand = async (storage: Storage): Promise<string> => {
  const { TELEGRAM_API_ID: apiId, TELEGRAM_API_HASH: apiHash, TELEGRAM_PROXY: proxy } = readConfig(process.env);
  if (apiId === undefined || apiHash === undefined) {
    throw new WrongUsage(
      'login: set TELEGRAM_API_ID, TELEGRAM_API_HASH and TELEGRAM_BOT_TOKEN first (my.telegram.org, BotFather)',
    );
  }
  const { login } = await import('./adapters/telegram/login/login.ts');
  const { terminalPrompt } = await import('./adapters/telegram/login/prompt.ts');
  const terminal = terminalPrompt();
  try {
    const session = await login({
      apiId,
      apiHash,
      ...(proxy !== undefined && { proxy: proxyOf(proxy) }),
      log: pino({ level: 'silent' }),
      ...terminal,
    });
    await new LoginRepository(storage.database, storage.box).keep(String(apiId), session);
    return 'The chat account is logged in. Start the service with `npm start`.';
  } finally {
    terminal.close();
  }
};

const linesOf = ({ database, box }: Storage) => new LineRepository(database, box);

const checks: readonly (readonly [string, RegExp, string])[] = [
  ['user', /^\d{1,16}$/, 'a Telegram user id such as 123456789'],
  ['login', /^[^\s\p{Cc}]{1,128}$/u, '1 to 128 characters without spaces'],
  ['domain', /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/, 'host or host:port such as pbx.example.org:5060'],
  ['proxy', /^((\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?)?$/, 'host or host:port, or nothing'],
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
  const given = process.env.SIP_PASSWORD ?? (await ask('SIP password: '));
  if (!/^[^\p{Cc}]{1,128}$/u.test(given)) throw new WrongUsage('line add: the password must have 1 to 128 characters');
  return given;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

async function main(words: readonly string[]): Promise<string> {
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => candidate in commands);
  const command = name === undefined ? undefined : commands[name];
  if (!command || name === undefined) throw new WrongUsage(usage);
  const config = readConfig(process.env);
  const storage = await openStorage(config, dataDirOf(config), { share: true });
  try {
    return await command(storage, words.slice(name.split(' ').length));
  } finally {
    await storage.close();
  }
}

try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  const expected =
    error instanceof WrongUsage || error instanceof WrongConfiguration || error instanceof DatabaseUnavailable;
  console.error(expected ? (error as Error).message : error);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
