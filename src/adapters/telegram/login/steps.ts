import { Api } from 'telegram';
import { computeCheck } from 'telegram/Password.js';
import { rpcErrorText } from '../client/errors.ts';
import { explain } from './refusals.ts';

/** What a person is asked; `password` is better not shown while it is typed. */
export interface Question {
  readonly kind: 'phone' | 'code' | 'password' | 'choice';
  readonly text: string;
}

/** A login under way: with Telegram, and with who logs in. */
export interface Talk {
  readonly apiId: number;
  readonly apiHash: string;
  readonly ask: (question: Question) => Promise<string>;
  readonly show: (text: string) => void;
  invoke<R extends Api.AnyRequest>(request: R): Promise<R['__response']>;
  /** To the data centre where the account lives. */
  move(dcId: number): Promise<void>;
}

const attempts = 3;

/** Runs a step that Telegram may answer with the wish for the second factor; answers whether the login ended with that. */
export async function withPassword(talk: Talk, step: () => Promise<void>): Promise<boolean> {
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

/** @throws LoginFailed when Telegram refuses it for another reason, or once more */
export async function tryAgain(talk: Talk, mistakes: readonly string[], say: string, step: () => Promise<void>) {
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
