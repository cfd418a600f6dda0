import type { Login, LoginReply, LoginRequests } from '../../../actors/ports/logins.ts';
import { type Clock, systemClock } from '../client/clock.ts';
import { Life, type LifeOptions } from '../client/life.ts';
import { byToken, Signal, tellsAcceptance } from './by-token.ts';
import { deviceOf } from './device.ts';
import { explain, LoginFailed } from './refusals.ts';
import { untilDone } from './replies.ts';
import type { Question, Talk } from './steps.ts';

export interface HandOverOptions extends Omit<LifeOptions, 'session' | 'device'> {
  /** Which wants a login. */
  readonly host: string;
  readonly requests: LoginRequests;
  /** The account's, where it was kept. */
  readonly secondFactor: () => Promise<string | undefined>;
  readonly clock?: Clock;
  /** How long another host may take to accept: 60 s where not given. */
  readonly patienceMs?: number;
}

const connectTimeoutMs = 30_000;
const requestTimeoutMs = 15_000;
/** Telegram tells us of the acceptance before its answer reaches who accepted. */
const nameTimeoutMs = 5_000;

const remedy = 'start a host that is logged in, or run `npm run cli -- login` on this one';

/**
 * Makes a login for a host without a person: hosts that are logged in are asked to accept its tokens.
 * @throws LoginFailed with the remedy, TelegramUnreachable, TelegramTimeout
 */
export async function handOver(options: HandOverOptions): Promise<Login> {
  const { host, requests, log, clock = systemClock, patienceMs = 60_000 } = options;
  const asked: Asked = { id: undefined, refusal: undefined };
  const accepted = new Signal();
  const told = new Signal();
  const reply = async (): Promise<LoginReply | undefined> => {
    const found = asked.id === undefined ? undefined : await requests.reply(asked.id);
    if (found?.kind === 'refused') asked.refusal = found.why;
    return found;
  };
  const look = async () => {
    if ((await reply())?.kind === 'done') accepted.give();
    told.give();
  };
  const failed = (error: unknown) => log.warn({ err: error }, 'the answer of another host could not be read');
  const endWatching = await requests.watch(() => void look().catch(failed));
  const life = new Life(
    { ...options, session: '', device: deviceOf(host) },
    {
      connected() {},
      disconnected() {},
      broken() {},
      received: (object) => tellsAcceptance(object) && accepted.give(),
    },
  );
  const giving = new AbortController();
  const cancel = clock.after(patienceMs, () => giving.abort());
  const secondFactor = secondFactorOf(options);
  const talk: Talk = {
    ...options,
    ask: secondFactor.ask,
    show() {},
    invoke: (request) => life.invoke(request, requestTimeoutMs),
    move: (dcId) => life.moveTo(dcId, connectTimeoutMs),
  };
  const present = async (token: Buffer, livesMs: number) => {
    asked.id = await requests.ask(host, { kind: 'accept', token: token.toString('base64url') }, livesMs);
    log.info({ host }, 'other hosts are asked for a login');
  };
  try {
    await life.connect(connectTimeoutMs);
    await explain(byToken({ talk, present, accepted, clock, signal: giving.signal }));
    cancel();
    const done = asked.id && (await untilDone({ requests, id: asked.id, told, clock, timeoutMs: nameTimeoutMs }));
    log.info({ host }, 'the chat account is logged in on this host');
    return {
      session: life.savedSession,
      secondFactor: secondFactor.used(),
      authorization: done && done.kind === 'done' ? done.authorization : undefined,
    };
  } catch (error) {
    if (giving.signal.aborted) throw new LoginFailed(nobody(asked.refusal), { cause: error });
    throw error instanceof LoginFailed ? new LoginFailed(`${error.message}: ${remedy}`, { cause: error }) : error;
  } finally {
    cancel();
    await endWatching();
    if (asked.id !== undefined) await requests.withdraw(asked.id).catch(failed);
    await life.end();
  }
}

interface Asked {
  id: string | undefined;
  refusal: string | undefined;
}

const nobody = (refusal: string | undefined): string =>
  refusal === undefined
    ? `No logged-in host answered: ${remedy}.`
    : `No logged-in host could vouch for this one (${refusal}): ${remedy}.`;

/** What is asked of a person elsewhere is answered with what was kept; once, for a second try would be no better. */
function secondFactorOf({ secondFactor, host }: HandOverOptions) {
  let used: string | undefined;
  return {
    used: () => used,
    ask: async ({ kind }: Question): Promise<string> => {
      const kept = kind === 'password' && used === undefined ? await secondFactor() : undefined;
      if (kept !== undefined) return (used = kept);
      throw new LoginFailed(
        used === undefined
          ? `The account has a second factor, and it was not kept for further hosts such as ${host}`
          : 'The second factor that was kept is not the account’s any more',
      );
    },
  };
}
