import { pino } from 'pino';
import type { HostLogin } from '../actors/ports/logins.ts';
import { deviceOf } from '../adapters/telegram/login/device.ts';
import { endElsewhere } from '../adapters/telegram/login/end-elsewhere.ts';
import { logOut } from '../adapters/telegram/login/log-out.ts';
import { login } from '../adapters/telegram/login/login.ts';
import type { Question } from '../adapters/telegram/login/steps.ts';
import { type Config, proxyOf, readConfig } from '../config.ts';
import { LoginRepository } from '../db/login-repository.ts';
import { LoginRequestRepository } from '../db/login-requests.ts';
import { hostOptionsOf } from '../host-options.ts';
import type { Storage } from '../storage.ts';
import type { Commands } from './command.ts';
import { InputEnded, isMute, onTerminal } from './terminal.ts';
import { checked, type Form, WrongUsage } from './wrong-usage.ts';

const hostId: Form = { form: /^[\w.-]{1,40}$/, allowed: '1 to 40 letters, digits, ., _ or -' };
const log = pino({ level: 'silent' });

export const loginUsage = `\
  login    logs the chat account in to Telegram on this host (phone code, 2FA or QR)
  login list
  login revoke <host> [--last]   ends that host's login; the last one only with --last`;

export const loginCommands: Commands = {
  login: async (words) => {
    if (words.length > 0) throw new WrongUsage(`login: found "${words.join(' ')}", allowed is\n${loginUsage}`);
    const config = readConfig(process.env);
    const telegram = telegramOf('login', config);
    if (isMute()) throw new InputEnded();
    return async (storage) => {
      const { host, keeping, asking } = { ...hostOptionsOf(config), ...secondFactor() };
      const session = await onTerminal(({ ask, show }, signal) =>
        login({ ...telegram, device: deviceOf(host), log, show, signal, ask: asking(ask) }),
      );
      await loginsIn(storage).keep(host, { session, secondFactor: keeping() });
      return `The chat account is logged in on host ${host}. Start the service with \`npm start\`.`;
    };
  },

  'login list': async () => async (storage) => {
    const hosts = await loginsIn(storage).hosts();
    return hosts.map(row).join('\n') || 'No host has a login of its own yet.';
  },

  'login revoke': async ([name = '', ...options]) => {
    const host = checked('login revoke', 'host', name, hostId);
    const odd = options.find((option) => option !== '--last');
    if (odd !== undefined) throw new WrongUsage(`login revoke: found "${odd}", allowed is --last`);
    const telegram = telegramOf('login revoke', readConfig(process.env));
    return async (storage) => {
      const hosts = await loginsIn(storage).hosts();
      const revoked = hosts.find((one) => one.host === host);
      if (!revoked) throw new WrongUsage(`login revoke: host ${host} has no login`);
      const others = hosts.filter((one) => one !== revoked && one.state === 'ready');
      if (others.length === 0 && options.length === 0) {
        throw new WrongUsage(
          `login revoke: ${host} has the last login: without it no host gets one without a person; add --last if that is meant`,
        );
      }
      return revoke({ storage, revoked, others: others.length, telegram });
    };
  },
};

interface Revocation {
  readonly storage: Storage;
  readonly revoked: HostLogin;
  /** How many could do it for it. */
  readonly others: number;
  readonly telegram: ReturnType<typeof telegramOf>;
}

/** By another host, as the account's list of devices does it; where none can, the login logs itself out. */
async function revoke({ storage, revoked: { host, state, authorization }, others, telegram }: Revocation) {
  const logins = loginsIn(storage);
  const session = state === 'ready' ? await logins.session(host) : undefined;
  let how = 'Telegram did not accept it any more.';
  if (session !== undefined) {
    const requests = new LoginRequestRepository(storage);
    const refusal = others === 0 ? 'there is none' : await endElsewhere({ requests, host, authorization });
    if (refusal !== undefined) await logOut({ ...telegram, device: deviceOf(host), session, log });
    how =
      refusal === undefined
        ? 'Another host ended it.'
        : `No other host could end it (${refusal}): it logged itself out.`;
  }
  await logins.revoke(host);
  return `Revoked the login of ${host}. ${how} If that host runs, stop it: started again it asks the others for a new login.`;
}

const loginsIn = ({ database, box }: Storage) => new LoginRepository(database, box);

function telegramOf(command: string, config: Config) {
  const { TELEGRAM_API_ID: apiId, TELEGRAM_API_HASH: apiHash, TELEGRAM_PROXY: proxy } = config;
  if (apiId === undefined || apiHash === undefined) {
    throw new WrongUsage(
      `${command}: set TELEGRAM_API_ID, TELEGRAM_API_HASH and TELEGRAM_BOT_TOKEN first (my.telegram.org, BotFather)`,
    );
  }
  return { apiId, apiHash, ...(proxy !== undefined && { proxy: proxyOf(proxy) }) };
}

/** Further hosts need it to log in without a person; whether it is kept for them is asked once, when it is typed. */
function secondFactor() {
  let typed: string | undefined;
  let isKept: boolean | undefined;
  const text = 'Keep it, sealed, so that further hosts log in without you? (yes/no)';
  return {
    keeping: () => (isKept ? typed : undefined),
    asking: (ask: (question: Question) => Promise<string>) => async (question: Question) => {
      const answer = await ask(question);
      if (question.kind !== 'password') return answer;
      typed = answer;
      isKept ??= /^y(es)?$/i.test((await ask({ kind: 'choice', text })).trim());
      return answer;
    },
  };
}

const row = ({ host, state, madeAt, authorization = 'not known yet' }: HostLogin): string =>
  `${host}  ${state}  since ${madeAt.toISOString()}  authorization ${authorization}`;
