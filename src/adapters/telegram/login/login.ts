import type { Logger } from 'pino';
import { Api, errors } from 'telegram';
import { computeCheck } from 'telegram/Password.js';
import { floodWaitSeconds, rpcErrorText } from '../client/errors.ts';
import { Life, type LifeOptions } from '../client/life.ts';

/** What a person is asked; `password` is better not shown while it is typed. */
export interface Question {
  readonly kind: 'phone' | 'code' | 'password';
  readonly text: string;
}

export interface LoginOptions extends Omit<LifeOptions, 'session' | 'log'> {
  readonly ask: (question: Question) => Promise<string>;
  readonly show: (text: string) => void;
  readonly log: Logger;
  /** Gives up; the pending question is left alone. */
  readonly signal?: AbortSignal;
}

/** The login did not come about. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed';
}

const connectTimeoutMs = 30_000;
const requestTimeoutMs = 15_000;
const attempts = 3;

/**
 * First login of the chat account: by phone number and code, or by QR when the number is left empty; with the second
 * factor where the account has one.
 * @returns the session string. Secret: whoever has it is the account
 * @throws LoginFailed, TelegramUnreachable, TelegramTimeout
 */
export async function login(options: LoginOptions): Promise<string> {
  const tokenAccepted = new Signal();
  const life = new Life(
    { ...options, session: '' },
    {
      connected() {},
      disconnected() {},
      broken() {},
      received(object) {
        if (updatesIn(object).some((update) => update instanceof Api.UpdateLoginToken)) tokenAccepted.give();
      },
    },
  );
  const talk: Talk = {
    ...options,
    invoke: (request) => life.invoke(request, requestTimeoutMs),
    move: (dcId) => life.moveTo(dcId, connectTimeoutMs),
  };
  const giveUp = () => void life.end(new LoginFailed('given up'));
  options.signal?.addEventListener('abort', giveUp);
  try {
    await life.connect(connectTimeoutMs);
    const phone = (await options.ask({ kind: 'phone', text: 'Phone number (empty: show a QR link instead)' })).trim();
    await (phone === '' ? byQr(talk, tokenAccepted) : byCode(talk, phone));
    return life.savedSession;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
    await life.end();
  }
}

interface Talk extends Pick<LoginOptions, 'apiId' | 'apiHash' | 'ask' | 'show' | 'signal'> {
  invoke<R extends Api.AnyRequest>(request: R): Promise<R['__response']>;
  /** To the data centre where the account lives. */
  move(dcId: number): Promise<void>;
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

/** Tokens live about 30 s; the link is shown anew each time (API page "Login via QR code"). */
async function byQr(talk: Talk, tokenAccepted: Signal) {
  for (let isIn = false; !isIn; ) {
    const byPassword = await withPassword(talk, async () => {
      const exported = await talk.invoke(
        new Api.auth.ExportLoginToken({ apiId: talk.apiId, apiHash: talk.apiHash, exceptIds: [] }),
      );
      isIn = !(exported instanceof Api.auth.LoginToken);
      if (exported instanceof Api.auth.LoginTokenMigrateTo) {
        await talk.move(exported.dcId);
        await talk.invoke(new Api.auth.ImportLoginToken({ token: exported.token }));
      } else if (exported instanceof Api.auth.LoginToken) {
        talk.show(`Open this link as a QR code with a phone that is logged in (Settings, Devices):\n${link(exported)}`);
        const livesMs = Math.max(1_000, exported.expires * 1_000 - Date.now());
        await tokenAccepted.wait(Math.min(livesMs, 30_000), talk.signal);
        if (talk.signal?.aborted) throw new LoginFailed('given up');
      }
    });
    isIn ||= byPassword;
  }
}

const updatesIn = (object: unknown): readonly Api.TypeUpdate[] => {
  if (object instanceof Api.UpdateShort) return [object.update];
  return object instanceof Api.Updates ? object.updates : [];
};

const link = ({ token }: Api.auth.LoginToken) => `tg://login?token=${token.toString('base64url')}`;

/** Runs a step that Telegram may answer with the wish for the second factor; answers whether the login ended with that. */
async function withPassword(talk: Talk, step: () => Promise<void>): Promise<boolean> {
  try {
    await step();
    return false;
  } catch (error) {
    if (rpcErrorText(error) !== 'SESSION_PASSWORD_NEEDED') throw error;
  }
  await tryAgain(talk, ['PASSWORD_HASH_INVALID'], 'That password is wrong.', async () => {
    // Each attempt needs a new challenge (API page "Two-factor authentication").
    const challenge = await talk.invoke(new Api.account.GetPassword());
    const hint = challenge.hint ? `, hint: ${challenge.hint}` : '';
    const password = await talk.ask({ kind: 'password', text: `Password of the second factor${hint}` });
    await talk.invoke(new Api.auth.CheckPassword({ password: await computeCheck(challenge, password) }));
  });
  return true;
}

async function tryAgain(talk: Talk, mistakes: readonly string[], say: string, step: () => Promise<void>) {
  for (let left = attempts; ; ) {
    try {
      await explain(step());
      return;
    } catch (error) {
      const cause = (error as Error).cause;
      if (--left === 0 || !mistakes.includes(rpcErrorText(cause) ?? '')) throw error;
      talk.show(say);
    }
  }
}

/** Telegram's refusals in words for the person who logs in. */
const explanations: Readonly<Record<string, string>> = {
  PHONE_NUMBER_INVALID: 'Telegram does not take this for a phone number',
  PHONE_NUMBER_BANNED: 'Telegram has banned this number',
  PHONE_NUMBER_UNOCCUPIED: 'there is no Telegram account with this number; make one with an app first',
  PHONE_CODE_INVALID: 'the code was wrong too often',
  PHONE_CODE_EMPTY: 'no code was given',
  PHONE_CODE_EXPIRED: 'the code is too old; begin again',
  PASSWORD_HASH_INVALID: 'the password was wrong too often',
  API_ID_INVALID: 'API id and hash do not belong together',
};

async function explain<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof LoginFailed || !(error instanceof errors.RPCError)) throw error;
    const seconds = floodWaitSeconds(error);
    const wait = seconds === undefined ? undefined : `too many attempts: Telegram wants ${seconds} s of rest`;
    const text = rpcErrorText(error) ?? '';
    throw new LoginFailed(wait ?? explanations[text] ?? `Telegram refused: ${text}`, { cause: error });
  }
}

/** Something that happens now or later, and is waited for with an end. */
class Signal {
  #given = false;
  #wake = () => {};

  give() {
    this.#given = true;
    this.#wake();
  }

  async wait(timeoutMs: number, until: AbortSignal | undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#given || until?.aborted) resolve();
    const timer = setTimeout(resolve, timeoutMs);
    until?.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#given = false;
  }
}
