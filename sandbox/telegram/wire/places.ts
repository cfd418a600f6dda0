import type { AuthKey } from './auth-keys.ts';

/** A connection and where it comes from. */
export interface Placed {
  readonly place: string;
}

/** Where keys are in use. One that is used from two places at once is taken for stolen (406 AUTH_KEY_DUPLICATED). */
export class Places {
  readonly #users = new Map<AuthKey, Set<Placed>>();

  /** @returns whether it is in use somewhere else as well */
  use(key: AuthKey, by: Placed): boolean {
    const users = this.#users.get(key.login) ?? new Set();
    this.#users.set(key.login, users.add(by));
    return [...users].some(({ place }) => place !== by.place);
  }

  left(by: Placed): void {
    for (const [key, users] of this.#users) if (users.delete(by) && users.size === 0) this.#users.delete(key);
  }
}
