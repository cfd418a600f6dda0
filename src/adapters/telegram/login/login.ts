import type { Logger } from 'pino';
import { Api } from 'telegram';
import { type Clock, systemClock } from '../client/clock.ts';
import { Life, type LifeOptions } from '../client/life.ts';
import { byToken, Signal, tellsAcceptance } from './by-token.ts';
import { explain, LoginFailed } from './refusals.ts';
import { type Question, type Talk, tryAgain, withPassword } from './steps.ts';

export interface LoginOptions extends Omit<LifeOptions, 'session' | 'log'> {
  readonly ask: (question: Question) => Promise<string>;
  readonly show: (text: string) => void;
  readonly log: Logger;
  /** Gives up; the pending question is left alone. */
  readonly signal?: AbortSignal;
}

const connectTimeoutMs = 30_000;
const requestTimeoutMs = 15_000;
/** Timers of the system keep no process alive; while a QR code is shown, nothing else might. */
const clock: Clock = {
  ...systemClock,
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * First login of the chat account: by phone number and code, or by QR when the number is left empty; with the second
 * factor where the account has one.
 * @returns the session string. Secret: whoever has it is the account
 * @throws LoginFailed, TelegramUnreachable, TelegramTimeout
 */
export async function login(options: LoginOptions): Promise<string> {
  const { signal, show } = options;
  const accepted = new Signal();
  const life = new Life(
    { ...options, session: '' },
    {
      connected() {},
      disconnected() {},
      broken() {},
      received(object) {
        if (tellsAcceptance(object)) accepted.give();
      },
    },
  );
  const talk: Talk = {
    ...options,
    invoke: (request) => life.invoke(request, requestTimeoutMs),
    move: (dcId) => life.moveTo(dcId, connectTimeoutMs),
  };
  const givenUp = new LoginFailed('given up');
  const giveUp = () => void life.end(givenUp);
  signal?.addEventListener('abort', giveUp);
  try {
    if (signal?.aborted) throw givenUp;
    await life.connect(connectTimeoutMs);
    const phone = (await options.ask({ kind: 'phone', text: 'Phone number (empty: show a QR link instead)' })).trim();
    if (phone !== '') await byCode(talk, phone);
    else await byToken({ talk, accepted, clock, signal, present: (token) => show(invitation(token)) });
    return life.savedSession;
  } catch (error) {
    throw signal?.aborted ? givenUp : error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await life.end();
  }
}

async function byCode(talk: Talk, phone: string) {
  const phoneNumber = phone.replaceAll(/[^\d+]/g, '');
  const settings = new Api.CodeSettings({});
  // A number that lives in another data centre: the library moves there by itself.
  const sent = await explain(
    talk.invoke(new Api.auth.SendCode({ phoneNumber, apiId: talk.apiId, apiHash: talk.apiHash, settings })),
  );
  if (!(sent instanceof Api.auth.SentCode)) return;
  const { phoneCodeHash } = sent;
  const where = sent.type instanceof Api.auth.SentCodeTypeApp ? 'in Telegram on another device' : 'by SMS or call';
  await tryAgain(talk, ['PHONE_CODE_INVALID', 'PHONE_CODE_EMPTY'], 'That code is wrong.', async () => {
    const phoneCode = (await talk.ask({ kind: 'code', text: `Code (sent ${where})` })).trim();
    await withPassword(talk, async () => {
      const result = await talk.invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode }));
      if (result instanceof Api.auth.AuthorizationSignUpRequired) {
        throw new LoginFailed('there is no Telegram account with this number; make one with an app first');
      }
    });
  });
}

const invitation = (token: Buffer) =>
  `Open this link as a QR code with a phone that is logged in (Settings, Devices):\ntg://login?token=${token.toString('base64url')}`;
