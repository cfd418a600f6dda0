import { BotApiError } from './bot-api-error.ts';

export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

/** The real service keeps updates for a day; here the oldest fall out. */
const maxPending = 10_000;

/** What a bot has still to be told; long polling empties it. */
export class UpdateQueue {
  #pending: Update[] = [];
  #nextId = 1000;
  #allowed: ReadonlySet<string> | undefined;
  #poller: { wake: () => void; terminate: () => void } | undefined;
  readonly #onAdded: () => void;

  constructor(onAdded: () => void) {
    this.#onAdded = onAdded;
  }

  get pending(): readonly Update[] {
    return this.#pending;
  }

  get allowed(): readonly string[] | undefined {
    return this.#allowed && [...this.#allowed];
  }

  /** Sticky, and applied to updates that come from now on. An empty list is the default: everything. */
  allow(kinds: readonly string[]): void {
    this.#allowed = kinds.length > 0 ? new Set(kinds) : undefined;
  }

  add(update: Record<string, object>): void {
    if (this.#allowed && !Object.keys(update).some((kind) => this.#allowed?.has(kind))) return;
    this.#pending.push({ update_id: this.#nextId++, ...update });
    if (this.#pending.length > maxPending) this.#pending.shift();
    this.#poller?.wake();
    this.#onAdded();
  }

  drop(): void {
    this.#pending = [];
  }

  /** Everything up to this id has been dealt with. */
  confirm(updateId: number): void {
    this.#pending = this.#pending.filter(({ update_id }) => update_id > updateId);
  }

  /**
   * Answers at once when something is pending, else when something comes or the time is up.
   * @throws BotApiError 409 in the poll that a newer one replaces
   */
  async poll(
    options: { readonly offset: number; readonly limit: number; readonly timeoutMs: number },
    gone: AbortSignal,
  ): Promise<readonly Update[]> {
    this.#poller?.terminate();
    if (options.offset > 0) this.confirm(options.offset - 1);
    if (options.offset < 0) this.#pending = this.#pending.slice(options.offset);
    if (this.#pending.length === 0 && options.timeoutMs > 0) await this.#wait(options.timeoutMs, gone);
    return this.#pending.slice(0, options.limit);
  }

  #wait(timeoutMs: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', poller.wake);
        if (this.#poller === poller) this.#poller = undefined;
        settle();
      };
      const poller = {
        wake: () => finish(resolve),
        terminate: () => finish(() => reject(terminated())),
      };
      const timer = setTimeout(poller.wake, timeoutMs);
      gone.addEventListener('abort', poller.wake);
      this.#poller = poller;
    });
  }

  close(): void {
    this.#poller?.wake();
  }
}

const terminated = () =>
  new BotApiError(
    409,
    'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  );
