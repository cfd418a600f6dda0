import { RpcError, type RpcMethods, type RpcSession, type TlObject, type TlValue } from '../wire/contract.ts';
import type { CallActor } from '../world/calls.ts';
import { Refusal } from '../world/refusal.ts';
import type { World } from '../world/world.ts';
import { authorizationMethods } from './authorization-methods.ts';
import { contactMethods } from './contact-methods.ts';
import { fileMethods } from './file-methods.ts';
import { helpMethods } from './help-methods.ts';
import { inlineMethods } from './inline-methods.ts';
import { LoginMethods } from './login-methods.ts';
import { messageMethods } from './message-methods.ts';
import { phoneMethods } from './phone-methods.ts';
import { endpointOf, originOf, Pushing } from './pushing.ts';
import { sendMethods } from './send-methods.ts';
import { updateMethods } from './update-methods.ts';

/** A request of somebody who is logged in. */
export interface Caller extends CallActor {
  readonly session: RpcSession;
  readonly origin: string;
}
export type Method = (request: TlObject, caller: Caller) => TlValue | Promise<TlValue>;
export type MethodTable = Readonly<Record<string, Method>>;

/** What an unauthorized key may call; everything else is answered 401. */
const open = /^(auth\.|help\.|langpack\.|account\.getPassword$)/;

/** The TL methods, on the world. */
export class WorldRpc implements RpcMethods {
  readonly #pushing: Pushing;
  readonly #logins: LoginMethods;
  readonly #methods: MethodTable;

  constructor(world: World) {
    this.#pushing = new Pushing(world);
    this.#logins = new LoginMethods(world, (session, updates) => session.push(updates));
    this.#methods = {
      ...helpMethods(world),
      ...authorizationMethods(),
      ...contactMethods(world),
      ...messageMethods(world),
      ...sendMethods(world),
      ...inlineMethods(world),
      ...fileMethods(world),
      ...phoneMethods(world),
      ...updateMethods(world),
    };
  }

  async handle(request: TlObject, session: RpcSession): Promise<TlValue> {
    try {
      const login = this.#logins.handle(request, session);
      if (login !== undefined) return login;
      const { userId } = session;
      if (userId === undefined && !open.test(request._)) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
      const method = Object.hasOwn(this.#methods, request._) ? this.#methods[request._] : undefined;
      // A text no real server has, so that a test sees what the sandbox lacks.
      if (!method) throw new RpcError(400, `METHOD_NOT_IN_SANDBOX_${request._}`);
      const origin = originOf(session);
      return await method(request, { session, userId: userId ?? '', endpoint: endpointOf(session), origin });
    } catch (error) {
      throw error instanceof Refusal ? new RpcError(error.code, error.errorMessage) : error;
    }
  }

  opened(session: RpcSession): void {
    this.#pushing.open(session);
  }

  closed(session: RpcSession): void {
    this.#pushing.close(session);
  }

  close(): void {
    this.#pushing.stop();
    this.#logins.stop();
  }
}
