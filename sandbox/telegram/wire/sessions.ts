import type { AuthKey } from './auth-keys.ts';
import type { RpcMethods } from './contract.ts';
import { type Link, Session, type SessionHost } from './session.ts';

/** Every session of the server, with the ends of their lives. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #lapses = new Map<Session, NodeJS.Timeout>();
  readonly #methods: RpcMethods;
  readonly #host: SessionHost;

  constructor(methods: RpcMethods, host: Omit<SessionHost, 'overflowed'>) {
    this.#methods = methods;
    this.#host = { ...host, nowMs: () => host.nowMs(), overflowed: (session) => this.forget(session) };
  }

  /** The session with this id on this connection, made if need be. */
  continued(key: AuthKey, id: bigint, link: Link): Session {
    const name = nameOf(key, id);
    const session = this.#sessions.get(name) ?? new Session(key, id, this.#host);
    this.#sessions.set(name, session);
    clearTimeout(this.#lapses.get(session));
    this.#lapses.delete(session);
    session.attach(link);
    return session;
  }

  find(key: AuthKey, id: bigint): Session | undefined {
    return this.#sessions.get(nameOf(key, id));
  }

  where(wanted: (session: Session) => boolean): readonly Session[] {
    return [...this.#sessions.values()].filter(wanted);
  }

  /** A connection ended: its sessions wait for another, but not for ever (GramJS never comes back to one). */
  detached(link: Link): void {
    for (const session of this.#sessions.values()) {
      if (!session.detach(link)) continue;
      this.#lapses.set(session, setTimeout(() => this.forget(session), detachedLifetimeMs).unref());
    }
  }

  forget(session: Session): void {
    if (!this.#sessions.delete(nameOf(session.key, session.id))) return;
    clearTimeout(this.#lapses.get(session));
    this.#lapses.delete(session);
    if (session.isOpened) this.#methods.closed(session);
  }

  forgetAll(): void {
    for (const session of this.#sessions.values()) this.forget(session);
  }
}

const detachedLifetimeMs = 10 * 60_000;

const nameOf = (key: AuthKey, id: bigint): string => `${key.id.toString('hex')}:${id}`;
