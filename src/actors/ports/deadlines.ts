import type { EpochMs } from '../../machines/model/ids.ts';

/** A moment that must not be missed although the process may die: a row in the database and a delayed job beside it. */
export interface Deadline {
  /** Whom it wakes, e.g. `user/123`. */
  readonly address: string;
  /** What it is, e.g. `reconnect-window`; one of a kind per address. */
  readonly kind: string;
  readonly dueAt: EpochMs;
}

export interface Deadlines {
  /** Replaces the deadline of the same address and kind. */
  set(deadline: Deadline): Promise<void>;
  clear(address: string, kind: string): Promise<void>;
  /** The one who is told when a deadline has passed, also one that passed while nobody ran; at least once. */
  onPassed(listener: (deadline: Deadline) => void | Promise<void>): void;
}
