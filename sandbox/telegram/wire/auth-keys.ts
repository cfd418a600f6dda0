import { randomBytes } from 'node:crypto';
import type { ClientDevice, RpcError, RpcLogin } from './contract.ts';
import { sha1 } from './crypto.ts';

/** A key shared with one client: its login. */
export class AuthKey implements RpcLogin {
  readonly key: Buffer;
  readonly id: Buffer;
  salt: bigint;
  userId: string | undefined;
  hash = randomBytes(8).readBigInt64LE();
  device: ClientDevice = { apiId: 0, deviceModel: '', systemVersion: '', appVersion: '' };
  createdMs = 0;
  activeMs = 0;
  /** The layer the client announced last; sessions that never announced one speak it. */
  layer: number | undefined;
  /** Set by a revocation: what every request is answered with from then on. */
  refusal: RpcError | undefined;
  /** For a temporary key (perfect forward secrecy) the permanent key it was bound to. */
  boundTo: AuthKey | undefined;

  /** Of a temporary key; a permanent one never expires. */
  readonly expiresAtMs: number;

  constructor(key: Buffer, salt: bigint, expiresAtMs = Number.POSITIVE_INFINITY) {
    this.key = key;
    this.expiresAtMs = expiresAtMs;
    this.id = sha1(key).subarray(12, 20);
    this.salt = salt;
  }

  get isTemporary(): boolean {
    return this.expiresAtMs < Number.POSITIVE_INFINITY;
  }

  /** The key that carries the login: itself, unless it is a bound temporary key. */
  get login(): AuthKey {
    return this.boundTo ?? this;
  }
}

export class AuthKeys {
  readonly #byId = new Map<string, AuthKey>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Registers a key of exactly 256 bytes, as both sides of the exchange count it. */
  add(key: Buffer, salt = randomBytes(8).readBigInt64LE(), expiresAtMs?: number): AuthKey {
    if (key.length !== 256) throw new RangeError(`an auth key has 256 bytes, not ${key.length}`);
    const authKey = new AuthKey(Buffer.from(key), salt, expiresAtMs);
    this.#byId.set(authKey.id.toString('hex'), authKey);
    return authKey;
  }

  find(id: Buffer): AuthKey | undefined {
    const key = this.#byId.get(id.toString('hex'));
    if (key && key.expiresAtMs <= this.#nowMs()) this.forget(key);
    else return key;
    return undefined;
  }

  ofUser(userId: string): readonly AuthKey[] {
    return [...this.#byId.values()].filter((key) => key.login.userId === userId);
  }

  all(): readonly AuthKey[] {
    return [...this.#byId.values()];
  }

  /** From now on the key is unknown: its owner gets −404. */
  forget(key: AuthKey): void {
    this.#byId.delete(key.id.toString('hex'));
  }
}
