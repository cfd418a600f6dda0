import { EpochMs, type UserId } from '../machines/model/ids.ts';
import type { DeadlineKind } from '../machines/softphone-context.ts';
import type { WallClock } from './ports/clock.ts';
import type { Deadline, Deadlines } from './ports/deadlines.ts';
import type { Faults } from './ports/faults.ts';

export interface UserDeadlinesParts {
  /** Without it only timers of this process keep deadlines. */
  readonly deadlines?: Pick<Deadlines, 'set' | 'clear'>;
  readonly wallClock: WallClock;
  readonly faults: Faults;
}

/** The deadlines of users' calls, kept where they outlive this process; a call never waits for that, nor fails with it. */
export class UserDeadlines {
  readonly #parts: UserDeadlinesParts;
  readonly #open = new Map<string, EpochMs>();
  /** A deadline that is cleared at once must not be set after that. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(parts: UserDeadlinesParts) {
    this.#parts = parts;
  }

  set(user: UserId, kind: DeadlineKind, inMs: number): void {
    const deadline = { address: addressOf(user), kind, dueAt: EpochMs(this.#parts.wallClock.now() + inMs) };
    this.#open.set(nameOf(deadline), deadline.dueAt);
    this.#write(nameOf(deadline), (deadlines) => deadlines.set(deadline));
  }

  clear(user: UserId, kind: DeadlineKind): void {
    const address = addressOf(user);
    this.#open.delete(nameOf({ address, kind }));
    this.#write(nameOf({ address, kind }), (deadlines) => deadlines.clear(address, kind));
  }

  /** @returns when the one that is open is due */
  dueAt(user: UserId, kind: DeadlineKind): EpochMs | undefined {
    return this.#open.get(nameOf({ address: addressOf(user), kind }));
  }

  /** It is another host's: what is kept of it stays. */
  drop(user: UserId, kind: DeadlineKind): void {
    this.#open.delete(nameOf({ address: addressOf(user), kind }));
  }

  /** @returns whose deadline has passed; undefined: it is told late, and another one or none counts now */
  passed(deadline: Deadline): UserId | undefined {
    const isOpen = this.#open.get(nameOf(deadline)) === deadline.dueAt;
    return isOpen ? (deadline.address.slice(prefix.length) as UserId) : undefined;
  }

  #write(name: string, write: (deadlines: Pick<Deadlines, 'set' | 'clear'>) => Promise<void>): void {
    const { deadlines, faults } = this.#parts;
    if (!deadlines) return;
    const writing: Promise<void> = (this.#writing.get(name) ?? Promise.resolve())
      .then(() => write(deadlines))
      .catch((error: unknown) => faults.report('deadlines', error))
      .then(() => {
        if (this.#writing.get(name) === writing) this.#writing.delete(name);
      });
    this.#writing.set(name, writing);
  }
}

const prefix = 'user/';
const addressOf = (user: UserId): string => `${prefix}${user}`;
const nameOf = ({ address, kind }: { address: string; kind: string }): string => `${address} ${kind}`;
