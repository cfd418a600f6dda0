import { dialRules } from '../adapters/dial-rules/dial-rules.ts';
import { type LineChanges, LineRepository, type NewLine } from '../db/line-repository.ts';
import { UserRepository } from '../db/user-repository.ts';
import { blankOptions, blankSettings } from '../machines/model/blank-line.ts';
import { LineId, UserId } from '../machines/model/ids.ts';
import { readServerAddress } from '../machines/model/server-address.ts';
import type { DtmfMethod } from '../machines/model/tone.ts';
import type { Storage } from '../storage.ts';
import type { Commands } from './command.ts';
import { onTerminal } from './terminal.ts';
import { checked, type Form, readOptions, telegramId, WrongUsage } from './wrong-usage.ts';

const codecs: Form = {
  form: /^(opus|alaw|mulaw|g722|gsm)(,(opus|alaw|mulaw|g722|gsm))*$/,
  allowed: 'a list from opus,alaw,mulaw,g722,gsm',
};
/** As an answer in the settings bot is read. */
const server: Form['form'] = { test: (text) => readServerAddress(text) !== undefined };
const onOff: Form = { form: /^(on|off)$/, allowed: 'on or off' };
const newLine = {
  user: telegramId,
  login: { form: /^[^\s\p{Cc}]{1,128}$/u, allowed: '1 to 128 characters without spaces' },
  domain: { form: server, allowed: 'host or host:port such as pbx.example.org:5060' },
  name: { form: /^[^\p{Cc}]{1,32}$/u, allowed: '1 to 32 characters' },
  proxy: { form: { test: (text) => text === '' || server.test(text) }, allowed: 'host or host:port, or nothing' },
  transport: { form: /^(udp|tcp|tls)$/, allowed: 'udp, tcp or tls' },
  codecs,
} satisfies Record<string, Form>;
const settings = {
  rules: { form: /\S/u, allowed: 'dial rules, or = for none' },
  dtmf: {
    // Each once, since the second would never be reached.
    form: /^(?!.*(rfc2833|info|inband).*\1)(rfc2833|info|inband)(,(rfc2833|info|inband))*$/,
    allowed: 'a list from rfc2833,info,inband, each once',
  },
  recording: onOff,
  stereo: onOff,
  chat: { form: /^(-\d{1,20}|none)$/, allowed: 'the id of a group or channel such as --chat=-1001234567890, or none' },
  user: { form: /^(\d{1,16}|owner)$/, allowed: `${telegramId.allowed}, or owner` },
  codecs,
  callback: onOff,
} satisfies Record<string, Form>;

export const lineUsage = `\
  line add --user <telegram id> --login <login> --domain <host[:port]> [--name <name>] [--proxy <host[:port]>]
           [--transport udp|tcp|tls] [--codecs opus,alaw,mulaw,g722,gsm]
           The password is asked for, or taken from SIP_PASSWORD.
  line set <id> [--rules '<dial rules>'|=] [--dtmf rfc2833,info,inband]
           [--codecs opus,alaw,mulaw,g722,gsm] [--recording on|off] [--stereo on|off] [--chat=<chat id>|none]
           [--user <telegram id>|owner] [--callback on|off]
           Set --chat first and add the settings bot to it afterwards: it leaves chats that nobody chose.
           --callback is the switch of the person who talks through the line, on all his lines.
  line list
  line remove <id>`;

export const lineCommands: Commands = {
  'line add': async (words) => {
    const line = await readLine(words);
    return async (storage) => {
      const lines = linesOf(storage);
      const same = (await lines.all()).find((other) => isSameAccount(other, line));
      if (same) {
        throw new WrongUsage(
          `line add: ${line.login} at ${line.domain} is the line ${same.name} (${same.id}) already: two would be rung by the same calls`,
        );
      }
      const id = await lines.add(line);
      return `Added line ${line.name} (${id}).`;
    };
  },
  'line set': async ([id = '', ...words]) => {
    const line = lineId('line set', id);
    const { user, callback, ...options } = readOptions('line set', words, settings);
    const changes = changesOf(options);
    if (user === undefined && callback === undefined && Object.keys(changes).length === 0) {
      throw new WrongUsage(`line set: nothing to change; the options are --${Object.keys(settings).join(', --')}`);
    }
    return async (storage) => {
      const lines = linesOf(storage);
      if (!(await lines.update(line, changes))) throw new WrongUsage(`line set: there is no line ${id}`);
      if (user !== undefined) await lines.assignUser(line, user === 'owner' ? undefined : UserId(user));
      const changed = await lines.find(line);
      if (changed && callback !== undefined) {
        await new UserRepository(storage.database).setCallback(changed.user, callback === 'on');
      }
      return [`Changed line ${changed?.name ?? ''} (${id}).`, ...rulesToldOf(changes)].join('\n');
    };
  },
  'line list': async () => async (storage) => {
    const rows = (await linesOf(storage).all()).map((line) => {
      const { id, name, user, owner, login, domain, transport } = line;
      const words = [
        `${id}  ${line.enabled ? 'on ' : 'off'}  ${name}  ${login || '—'}@${domain || '—'}/${transport}  user ${user}`,
        ...(user === owner ? [] : [`owner ${owner}`]),
        ...(line.dialRules === '' ? [] : [`rules ${line.dialRules}`]),
        ...(line.recording ? [`recorded${line.recordingStereo ? ' in stereo' : ''}`] : []),
        ...(line.recordingsChat === undefined ? [] : [`recordings to ${line.recordingsChat}`]),
      ];
      return words.join('  ');
    });
    return rows.join('\n') || 'There is no line yet.';
  },
  'line remove': async ([id = '']) => {
    const line = lineId('line remove', id);
    return async (storage) => {
      if (!(await linesOf(storage).remove(line))) throw new WrongUsage(`line remove: there is no line ${id}`);
      return `Removed line ${id}.`;
    };
  },
};

const linesOf = ({ database, box }: Storage) => new LineRepository(database, box);

const lineId = (command: string, id: string): LineId =>
  LineId(
    checked(command, 'id', id, { form: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, allowed: 'an id of line list' }),
  );

function changesOf(
  options: Omit<ReturnType<typeof readOptions<keyof typeof settings>>, 'user' | 'callback'>,
): LineChanges {
  const { rules, dtmf, recording, stereo, chat, codecs: list } = options;
  return {
    ...(rules !== undefined && { dialRules: checkedRules(rules) }),
    ...(dtmf !== undefined && { dtmfMethods: dtmf.split(',') as DtmfMethod[] }),
    ...(recording !== undefined && { recording: recording === 'on' }),
    ...(stereo !== undefined && { recordingStereo: stereo === 'on' }),
    ...(chat !== undefined && { recordingsChat: chat === 'none' ? undefined : chat }),
    ...(list !== undefined && { codecs: list.split(',') }),
  };
}

/** One line for each rule that was set, in the order they are applied. */
function rulesToldOf({ dialRules: text }: LineChanges): string[] {
  if (text === undefined) return [];
  const check = dialRules.check(text);
  const told = check.ok ? check.rules.map(({ kind, text: rule }, index) => `${index + 1} ${kind} ${rule}`) : [];
  return told.length > 0 ? told : ['No dial rules: numbers are dialled as they are sent.'];
}

function checkedRules(text: string): string {
  const check = dialRules.check(text);
  if (check.ok) return check.rules.map(({ text: rule }) => rule).join(' ');
  const { rule, position, why } = check;
  const quoted = rule.length > longestQuote ? `${rule.slice(0, longestQuote)}…` : rule;
  throw new WrongUsage(`line set: --rules: the rule "${quoted}" is refused at character ${position + 1}: ${why}`);
}

/** A rule may be as long as the command line; its beginning tells which one it is. */
const longestQuote = 40;

async function readLine(words: readonly string[]): Promise<NewLine> {
  const found = readOptions('line add', words, newLine);
  const required = (name: 'user' | 'login' | 'domain') =>
    found[name] ?? checked('line add', `--${name}`, '', newLine[name]);
  const login = required('login');
  return {
    name: checked('line add', '--name', found.name ?? login, newLine.name),
    owner: UserId(required('user')),
    login,
    domain: kept(required('domain')),
    proxy: kept(found.proxy ?? ''),
    transport: (found.transport as NewLine['transport'] | undefined) ?? blankSettings.transport,
    codecs: found.codecs?.split(',') ?? blankOptions.codecs,
    password: await readPassword(),
  };
}

const isSameAccount = (one: Account, other: Account): boolean =>
  one.login === other.login && one.domain === other.domain && one.proxy === other.proxy;
type Account = Pick<NewLine, 'login' | 'domain' | 'proxy'>;

const kept = (address: string): string => readServerAddress(address)?.text ?? '';

/** Not an option: arguments are seen by everybody on the machine. */
async function readPassword(): Promise<string> {
  const given =
    process.env.SIP_PASSWORD ?? (await onTerminal(({ ask }) => ask({ kind: 'password', text: 'SIP password' })));
  if (!/^[^\p{Cc}]{1,128}$/u.test(given)) throw new WrongUsage('line add: the password must have 1 to 128 characters');
  return given;
}
