import type { Logger } from 'pino';
import { Api, helpers } from 'telegram';
import type { LoginRequest, LoginRequests } from '../../../actors/ports/logins.ts';
import type { TelegramAccount } from '../client/account.ts';
import { rpcErrorText } from '../client/errors.ts';
import { deviceOf, hostOf } from './device.ts';

export interface VouchingOptions {
  /** Which is logged in. */
  readonly host: string;
  readonly account: Pick<TelegramAccount, 'invoke' | 'onState' | 'state'>;
  readonly requests: LoginRequests;
  readonly log: Logger;
}

/** So many rounds of requests for each time that something is announced: one that is taken may bring up another. */
const roundsAtMost = 8;

/**
 * Does for other hosts what only a login can: accepts their tokens, ends those that are revoked. Only requests sealed with the
 * installation's key are listened to. Returns the end of it.
 */
export async function vouch({ host, account, requests, log }: VouchingOptions): Promise<() => Promise<void>> {
  let looking: Promise<void> | undefined;
  let again = false;
  let over = false;
  const forged = (id: string) =>
    log.warn(
      { request: id },
      'a request for a login is not sealed with the key of this installation: it is not answered',
    );

  const act = async (request: LoginRequest) => {
    if (over || !(await requests.take(request.id, host))) return;
    try {
      const authorization = await tasks[request.task.kind](account, request);
      await requests.done(request.id, host, authorization);
      log.info({ host: request.host, task: request.task.kind }, 'did for another host what needs a login');
    } catch (error) {
      const why = rpcErrorText(error) ?? (error as Error).name;
      log.warn(
        { host: request.host, task: request.task.kind, why },
        'another host’s request needs a login, and failed',
      );
      await requests.refuse(request.id, host, `${host}: ${why}`);
    }
  };
  const rounds = async () => {
    for (let left = roundsAtMost; again && left > 0 && !over; left--) {
      again = false;
      for (const request of await requests.open(host, forged)) await act(request);
    }
  };
  const look = () => {
    again = true;
    if (over || account.state !== 'connected') return;
    looking ??= rounds()
      .catch((error: unknown) => log.warn({ err: error }, 'requests of other hosts could not be looked through'))
      .finally(() => {
        looking = undefined;
      });
  };

  const endWatching = await requests.watch(look);
  const forget = account.onState((state) => {
    if (state === 'connected') look();
  });
  await nameOthers(account, requests).catch((error: unknown) => {
    log.info({ reason: String(error) }, 'the list of devices could not be read');
  });
  return async () => {
    over = true;
    forget();
    await endWatching();
    await looking;
  };
}

type Do = (account: VouchingOptions['account'], request: LoginRequest) => Promise<string | undefined>;

/** Each answers with the authorization that it is about, where it is one. */
const tasks: Readonly<Record<LoginRequest['task']['kind'], Do>> = {
  async accept(account, { task }) {
    if (task.kind !== 'accept') return undefined;
    const token = Buffer.from(task.token, 'base64url');
    const made = await account.invoke(new Api.auth.AcceptLoginToken({ token }));
    return made.hash.toString();
  },
  async end(account, { host, task }) {
    const known = task.kind === 'end' ? task.authorization : undefined;
    const ended = known === undefined ? await authorizationsOf(account, host) : [known];
    if (ended.length === 0) throw new NotListed(`Telegram lists no device ${deviceOf(host)}`);
    for (const hash of ended) {
      await account
        .invoke(new Api.account.ResetAuthorization({ hash: helpers.returnBigInt(hash) }))
        .catch((error: unknown) => {
          // It is gone already.
          if (rpcErrorText(error) !== 'HASH_INVALID') throw error;
        });
    }
    return ended[0];
  },
};

class NotListed extends Error {
  override readonly name = 'NotListed';
}

const authorizationsOf = async (account: VouchingOptions['account'], host: string): Promise<readonly string[]> => {
  const { authorizations } = await account.invoke(new Api.account.GetAuthorizations());
  return authorizations
    .filter(({ current, deviceModel }) => !current && hostOf(deviceModel) === host)
    .map(({ hash }) => hash.toString());
};

/** A login made by a person does not know how others call it: each is told by the others. */
async function nameOthers(account: VouchingOptions['account'], requests: LoginRequests): Promise<void> {
  const { authorizations } = await account.invoke(new Api.account.GetAuthorizations());
  const others = Map.groupBy(
    authorizations.filter(({ current }) => !current),
    ({ deviceModel }) => hostOf(deviceModel),
  );
  for (const [host, [only, second]] of others) {
    if (host !== undefined && only && !second) await requests.name(host, only.hash.toString());
  }
}
