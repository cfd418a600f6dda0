/** What the MTProto server promises to the methods behind it, and they to it. Neither side knows more of the other. */

/** A TL object by its schema name: `_` plus its fields in the schema's snake_case. */
export interface TlObject {
  readonly _: string;
  readonly [field: string]: unknown;
}
/** Longs are bigint (signed), ints and doubles number, bytes Buffer, strings string, vectors arrays, flags absent or present. */
export type TlValue = TlObject | boolean | number | bigint | readonly TlValue[];

/** Throw this to answer `rpc_error`. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly errorMessage: string;
  constructor(code: number, errorMessage: string) {
    super(`${code} ${errorMessage}`);
    this.code = code;
    this.errorMessage = errorMessage;
  }
}

/** What a client says of itself in initConnection. */
export interface ClientDevice {
  readonly apiId: number;
  readonly deviceModel: string;
  readonly systemVersion: string;
  readonly appVersion: string;
}

/** A login of a client, an entry in its account's list of devices: an auth key. */
export interface RpcLogin {
  /** How the account's other logins name this one. Set by the auth methods. */
  hash: bigint;
  readonly device: ClientDevice;
  /** When somebody logged in with it, and when it was used last. */
  readonly createdMs: number;
  readonly activeMs: number;
}

/** One client session (auth key + session id). */
export interface RpcSession {
  /** Auth key id in hex, equal for all sessions of one login. */
  readonly authKeyId: string;
  /** Decimal session id, unique per connection life of a client. */
  readonly sessionId: string;
  /** Who is logged in with this key; undefined before login. Set by the auth methods; kept with the key. */
  userId: string | undefined;
  readonly login: RpcLogin;
  /** Every login of the same user. */
  logins(): readonly RpcLogin[];
  /** From now on every request of that login is refused with 401 SESSION_REVOKED, and its connections are closed. */
  end(login: RpcLogin): void;
  /** From invokeWithLayer; results and updates are encoded for it. */
  readonly layer: number;
  /** Sends an Updates object (`updates`, `updateShort`, …) to this session, now or when it is connected again. */
  push(updates: TlObject): void;
}

/** The TL methods. Wrappers (invokeWithLayer, initConnection, …) are peeled off before. */
export interface RpcMethods {
  handle(request: TlObject, session: RpcSession): TlValue | Promise<TlValue>;
  /** The session may receive updates from now on (it made an ordinary request). */
  opened(session: RpcSession): void;
  closed(session: RpcSession): void;
}
