import { RpcError, type RpcSession, type TlObject, type TlValue } from '../wire/contract.ts';
import type { ScannedToken } from '../world/logins.ts';
import type { User, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { tlAuthorization } from './authorization-methods.ts';
import { bytes, child, has, long, text, tl } from './fields.ts';
import { noPassword, SrpCheck } from './srp.ts';
import { tlUser } from './tl-peers.ts';

type LoginMethod = (request: TlObject, session: RpcSession) => TlValue;

/** What an auth key is in the middle of. */
interface Progress {
  /** Proved by code or QR, but the account has a password. */
  awaitsPasswordOf?: UserId;
  /** Of the login to be, where whoever accepted its token was told already. */
  hash?: bigint;
  srp?: SrpCheck;
  qrToken?: { readonly token: string; readonly session: RpcSession };
}

/** Logging in and out: by code, by code and password, by QR code, and to further data centres. */
export class LoginMethods {
  readonly #world: World;
  readonly #progress = new Map<string, Progress>();
  readonly #exported = new Map<string, UserId>();
  readonly #methods: ReadonlyMap<string, LoginMethod>;
  readonly stop: () => void;

  constructor(world: World, push: (session: RpcSession, updates: TlObject) => void) {
    this.#world = world;
    this.stop = world.events.watch((event) => {
      if (event.type !== 'loginTokenScanned') return;
      const waiting = this.#waitingFor(event.token);
      const date = world.nowSeconds();
      if (waiting) push(waiting, tl('updateShort', { update: tl('updateLoginToken'), date }));
    });
    this.#methods = new Map<string, LoginMethod>([
      ['auth.sendCode', (request) => this.#sentCode(text(request, 'phone_number'))],
      ['auth.resendCode', (request) => this.#sentCode(text(request, 'phone_number'))],
      ['auth.signIn', (request, session) => this.#signIn(request, session)],
      ['account.getPassword', (_request, session) => this.#getPassword(session)],
      ['auth.checkPassword', (request, session) => this.#checkPassword(request, session)],
      ['auth.exportLoginToken', (_request, session) => this.#exportLoginToken(session)],
      ['auth.importLoginToken', (request, session) => this.#importLoginToken(request, session)],
      ['auth.acceptLoginToken', (request, session) => this.#acceptLoginToken(request, session)],
      ['auth.exportAuthorization', (_request, session) => this.#exportAuthorization(session)],
      ['auth.importAuthorization', (request, session) => this.#importAuthorization(request, session)],
      ['auth.logOut', (_request, session) => this.#logOut(session)],
    ]);
  }

  /** Undefined when the request is none of these. */
  handle(request: TlObject, session: RpcSession): TlValue | undefined {
    return this.#methods.get(request._)?.(request, session);
  }

  #of(session: RpcSession): Progress {
    const progress = this.#progress.get(session.authKeyId) ?? {};
    this.#progress.set(session.authKeyId, progress);
    return progress;
  }

  #sentCode(phone: string): TlObject {
    return tl('auth.sentCode', {
      type: tl('auth.sentCodeTypeApp', { length: 5 }),
      phone_code_hash: this.#world.logins.sendCode(phone),
      timeout: 60,
    });
  }

  #signIn(request: TlObject, session: RpcSession): TlObject {
    const code = has(request, 'phone_code') ? text(request, 'phone_code') : '';
    const { logins } = this.#world;
    const user = logins.checkCode(text(request, 'phone_number'), text(request, 'phone_code_hash'), code);
    return this.#authorize(user, session);
  }

  /** @throws RpcError SESSION_PASSWORD_NEEDED when the first factor alone does not do */
  #authorize(user: User, session: RpcSession): TlObject {
    if (user.password !== undefined) {
      this.#of(session).awaitsPasswordOf = user.id;
      throw new RpcError(401, 'SESSION_PASSWORD_NEEDED');
    }
    return this.#authorized(user, session);
  }

  #authorized(user: User, session: RpcSession): TlObject {
    session.userId = user.id;
    const { hash } = this.#of(session);
    if (hash !== undefined) session.login.hash = hash;
    this.#progress.delete(session.authKeyId);
    return tl('auth.authorization', { user: tlUser(this.#world, user.id, user.id) });
  }

  #getPassword(session: RpcSession): TlObject {
    const progress = this.#of(session);
    const userId = progress.awaitsPasswordOf ?? session.userId;
    if (userId === undefined) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
    const { password } = this.#world.directory.user(userId);
    if (password === undefined) return noPassword(this.#world.ids);
    progress.srp = new SrpCheck(password, this.#world.ids);
    return progress.srp.challenge;
  }

  #checkPassword(request: TlObject, session: RpcSession): TlObject {
    const { awaitsPasswordOf, srp } = this.#of(session);
    if (awaitsPasswordOf === undefined) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
    if (!srp) throw new RpcError(400, 'SRP_ID_INVALID');
    srp.check(child(request, 'password'));
    return this.#authorized(this.#world.directory.user(awaitsPasswordOf), session);
  }

  #exportLoginToken(session: RpcSession): TlObject {
    const progress = this.#of(session);
    const { logins, faults } = this.#world;
    const scanned = progress.qrToken && logins.scanned(progress.qrToken.token);
    if (progress.qrToken && scanned && faults.accountsLiveIn !== undefined) {
      const token = Buffer.from(progress.qrToken.token, 'base64url');
      return tl('auth.loginTokenMigrateTo', { dc_id: faults.accountsLiveIn, token });
    }
    if (scanned) return this.#byToken(scanned, session);
    const { token, expires } = logins.newToken();
    progress.qrToken = { token: token.toString('base64url'), session };
    return tl('auth.loginToken', { expires, token });
  }

  /** With another key, in the data centre where the account lives. */
  #importLoginToken(request: TlObject, session: RpcSession): TlObject {
    const scanned = this.#world.logins.scanned(bytes(request, 'token').toString('base64url'));
    if (!scanned) throw new RpcError(400, 'AUTH_TOKEN_INVALIDX');
    return this.#byToken(scanned, session);
  }

  #byToken({ userId, hash }: ScannedToken, session: RpcSession): TlObject {
    this.#of(session).hash = hash;
    const authorization = this.#authorize(this.#world.directory.user(userId), session);
    return tl('auth.loginTokenSuccess', { authorization });
  }

  #acceptLoginToken(request: TlObject, session: RpcSession): TlObject {
    const userId = loggedIn(session);
    const token = bytes(request, 'token').toString('base64url');
    const waiting = this.#waitingFor(token);
    const { hash } = this.#world.logins.scan(token, userId);
    return tlAuthorization((waiting ?? session).login, { hash });
  }

  #waitingFor(token: string): RpcSession | undefined {
    return [...this.#progress.values()].find(({ qrToken }) => qrToken?.token === token)?.qrToken?.session;
  }

  #exportAuthorization(session: RpcSession): TlObject {
    const userId = loggedIn(session);
    const key = this.#world.ids.bytes(32);
    this.#exported.set(key.toString('hex'), userId);
    return tl('auth.exportedAuthorization', { id: BigInt(userId), bytes: key });
  }

  #importAuthorization(request: TlObject, session: RpcSession): TlObject {
    const key = bytes(request, 'bytes').toString('hex');
    const userId = this.#exported.get(key);
    if (userId === undefined || BigInt(userId) !== long(request, 'id')) {
      throw new RpcError(400, 'AUTH_BYTES_INVALID');
    }
    this.#exported.delete(key);
    return this.#authorized(this.#world.directory.user(userId), session);
  }

  #logOut(session: RpcSession): TlObject {
    loggedIn(session);
    session.userId = undefined;
    return tl('auth.loggedOut');
  }
}

function loggedIn(session: RpcSession): UserId {
  if (session.userId === undefined) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
  return session.userId;
}
