import { Api } from 'telegram';
import type { Clock } from '../client/clock.ts';
import { type Talk, withPassword } from './steps.ts';

export interface TokenLogin {
  readonly talk: Talk;
  /** Lets somebody accept the token who is logged in. It lives for so long. */
  readonly present: (token: Buffer, livesMs: number) => void | Promise<void>;
  /** Given when somebody has. */
  readonly accepted: Signal;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Logs in by a token that another login of the account accepts; a new one is presented whenever the last has expired, which
 * they do after about 30 s (API page "Login via QR code").
 * @throws the signal's reason, LoginFailed, the library's RPCError
 */
export async function byToken({ talk, present, accepted, clock, signal }: TokenLogin): Promise<void> {
  const { apiId, apiHash } = talk;
  for (let isIn = false; !isIn; ) {
    const byPassword = await withPassword(talk, async () => {
      const exported = await talk.invoke(new Api.auth.ExportLoginToken({ apiId, apiHash, exceptIds: [] }));
      isIn = !(exported instanceof Api.auth.LoginToken);
      if (exported instanceof Api.auth.LoginTokenMigrateTo) {
        await talk.move(exported.dcId);
        await talk.invoke(new Api.auth.ImportLoginToken({ token: exported.token }));
      } else if (exported instanceof Api.auth.LoginToken) {
        const livesMs = Math.min(30_000, Math.max(1_000, exported.expires * 1_000 - clock.now()));
        await present(exported.token, livesMs);
        await accepted.wait(clock, livesMs, signal);
        signal?.throwIfAborted();
      }
    });
    isIn ||= byPassword;
  }
}

/** Whether Telegram tells us that somebody has accepted our token. */
export const tellsAcceptance = (object: unknown): boolean =>
  updatesIn(object).some((update) => update instanceof Api.UpdateLoginToken);

const updatesIn = (object: unknown): readonly Api.TypeUpdate[] => {
  if (object instanceof Api.UpdateShort) return [object.update];
  return object instanceof Api.Updates ? object.updates : [];
};

/** Something that happens now or later, and is waited for with an end. */
export class Signal {
  #given = false;
  #wake = () => {};

  give() {
    this.#given = true;
    this.#wake();
  }

  async wait(clock: Clock, timeoutMs: number, until?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#given || until?.aborted) resolve();
    const cancel = clock.after(timeoutMs, resolve);
    const wake = () => resolve();
    until?.addEventListener('abort', wake, { once: true });
    await promise;
    cancel();
    until?.removeEventListener('abort', wake);
    this.#given = false;
  }
}
