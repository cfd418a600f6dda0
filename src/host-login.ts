import type { Logger } from 'pino';
import type { TelegramAccount } from './adapters/telegram/client/account.ts';
import { LoginLost } from './adapters/telegram/client/errors.ts';
import type { LifeOptions } from './adapters/telegram/client/life.ts';
import { deviceOf } from './adapters/telegram/login/device.ts';
import { type HandOverOptions, handOver } from './adapters/telegram/login/hand-over.ts';
import { vouch } from './adapters/telegram/login/vouching.ts';
import { LoginRepository } from './db/login-repository.ts';
import { LoginRequestRepository } from './db/login-requests.ts';
import { NotLoggedIn } from './remedy.ts';
import type { Storage } from './storage.ts';

export interface HostLoginOptions extends Pick<HandOverOptions, 'clock' | 'patienceMs'> {
  readonly host: string;
  readonly storage: Pick<Storage, 'database' | 'box' | 'url'>;
  readonly telegram: Omit<LifeOptions, 'session' | 'device' | 'log'>;
  readonly log: Logger;
}

/** This host's login of the chat account. */
export interface HostLogin {
  /** Secret. */
  readonly session: string;
  /** How it is called in the account's list of devices. */
  readonly device: string;
  /** Does for other hosts what needs a login, and notes when this one is lost. Returns the end of it. */
  readonly serve: (account: TelegramAccount) => Promise<() => Promise<void>>;
  /** A start that fails because Telegram does not accept the login: the next one gets another. */
  judge(error: unknown): Promise<void>;
}

/**
 * The login of this host, or a new one that others vouch for.
 * @throws NotLoggedIn when there is nobody to ask; LoginFailed with the remedy when nobody answers; TelegramUnreachable
 */
export async function hostLogin({ host, storage, telegram, log, ...timing }: HostLoginOptions): Promise<HostLogin> {
  const logins = new LoginRepository(storage.database, storage.box);
  const requests = new LoginRequestRepository(storage);
  const session = (await logins.session(host)) ?? (await newSession());
  const lost = () => logins.lose(host, session);

  async function newSession(): Promise<string> {
    const others = await logins.hosts();
    if (!others.some((other) => other.state === 'ready')) {
      throw new NotLoggedIn('The chat account is not logged in to Telegram yet: run `npm run cli -- login` once.');
    }
    const secondFactor = () => logins.secondFactor();
    const login = await handOver({ ...telegram, ...timing, host, requests, secondFactor, log });
    await logins.keep(host, login);
    return login.session;
  }

  return {
    session,
    device: deviceOf(host),
    async serve(account) {
      const forget = account.onState((state) => {
        if (state !== 'login lost') return;
        lost().catch((error: unknown) => log.error({ err: error }, 'it could not be noted that the login is lost'));
      });
      const end = await vouch({ host, account, requests, log });
      return async () => {
        forget();
        await end();
      };
    },
    async judge(error) {
      if (error instanceof LoginLost) await lost();
    },
  };
}
