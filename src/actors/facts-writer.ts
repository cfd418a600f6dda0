import { FactsNotKept } from '../machines/model/call-facts.ts';
import type { UserId } from '../machines/model/ids.ts';
import type { Faults } from './ports/faults.ts';

export interface FactsWriterParts {
  /** Writes what is so of this user when it is called. @throws FactsNotKept, or whatever the database throws */
  readonly write: (user: UserId) => Promise<void>;
  /** Until a write that failed is tried again. */
  readonly pause: () => Promise<void>;
  readonly faults: Faults;
}

/**
 * Writes one user's facts at a time, and always those of now: an older state never overwrites a newer one, and of several that
 * wait only the last is written. What cannot be written now is written as soon as it can.
 */
export class FactsWriter {
  readonly #parts: FactsWriterParts;
  readonly #writing = new Map<UserId, Writing>();

  constructor(parts: FactsWriterParts) {
    this.#parts = parts;
  }

  /** Something is otherwise than it was. */
  changed(user: UserId): void {
    this.#want(user);
  }

  /**
   * Resolves when what is so now has been written.
   * @throws FactsNotKept when it was not, at the first attempt or within 2 s: a person waits for it
   */
  async written(user: UserId): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#want(user).waiting.push({ resolve, reject });
    const late = setTimeout(() => reject(new FactsNotKept('unavailable')), waitMs);
    await promise.finally(() => clearTimeout(late));
  }

  /** Nothing more is written of him. */
  drop(user: UserId): void {
    const writing = this.#writing.get(user);
    this.#writing.delete(user);
    for (const { reject } of writing?.waiting.splice(0) ?? []) reject(new FactsNotKept('taken'));
  }

  /** Until everything has been written or given up; what the database does not take is given up now. */
  async settled(): Promise<void> {
    await Promise.all([...this.#writing.values()].map(({ attempt }) => attempt));
  }

  #want(user: UserId): Writing {
    const writing = this.#writing.get(user);
    if (writing) {
      writing.isStale = true;
      return writing;
    }
    const begun: Writing = { isStale: true, waiting: [], attempt: Promise.resolve() };
    this.#writing.set(user, begun);
    // Begun after the transition that changed it, so that the whole of it is written.
    queueMicrotask(() => void this.#run(user, begun));
    return begun;
  }

  async #run(user: UserId, writing: Writing): Promise<void> {
    let isReported = false;
    while (writing.isStale && this.#writing.get(user) === writing) {
      writing.isStale = false;
      const attempt = this.#attempt(user, writing.waiting.splice(0));
      writing.attempt = attempt;
      const error = await attempt;
      if (error === undefined || error.reason !== 'unavailable') continue;
      if (!isReported) this.#parts.faults.report('facts of calls', error.cause ?? error);
      isReported = true;
      writing.isStale = true;
      await this.#parts.pause();
    }
    if (this.#writing.get(user) === writing) this.#writing.delete(user);
  }

  async #attempt(user: UserId, waiting: readonly Waiting[]): Promise<FactsNotKept | undefined> {
    try {
      await this.#parts.write(user);
      for (const { resolve } of waiting) resolve();
      return undefined;
    } catch (cause) {
      const error = cause instanceof FactsNotKept ? cause : new FactsNotKept('unavailable', { cause });
      for (const { reject } of waiting) reject(error);
      return error;
    }
  }
}

const waitMs = 2_000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: FactsNotKept) => void;
}

interface Writing {
  /** Something changed since the last attempt began. */
  isStale: boolean;
  /** Those who wait for the next attempt. */
  readonly waiting: Waiting[];
  attempt: Promise<unknown>;
}
