import type { Logger } from 'pino';
import { Api } from 'telegram';
import { isLoginLost, LoginLost, TelegramTimeout, TelegramUnreachable } from './errors.ts';
import { Life, type LifeOptions } from './life.ts';
import { RequestQueue } from './request-queue.ts';

export type ConnectionState = 'connected' | 'connecting' | 'login lost' | 'closed';

export interface ConnectionOptions extends LifeOptions {
  /** How long a connection may be away before its client is replaced; 60 s by default. */
  readonly patienceMs?: number;
}

export interface ConnectionListener {
  /** May be told again without a loss in between; each may stand for missed updates. */
  connected(): void;
  /** An update container, or the result of a request. Must not throw. */
  received(object: unknown): void;
}

const checkEveryMs = 5_000;
/** So many requests without answer in a row, on a connection that says it is well, and the client is replaced. */
const unansweredAtMost = 5;
const firstAnswerMs = 10_000;

/** A connection that outlives its clients: it replaces those that are stuck, and knows when only a new login helps. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #log: Logger;
  readonly #listener: ConnectionListener;
  readonly #patienceMs: number;
  readonly #queue = new RequestQueue({ running: 64, waiting: 256 });
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  #life: Life;
  #state: ConnectionState = 'connecting';
  /** When the state changed last, or the client was replaced. */
  #since = performance.now();
  #unanswered = 0;
  #brokenBefore = false;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#log = options.log;
    this.#listener = listener;
    this.#patienceMs = options.patienceMs ?? 60_000;
    this.#life = this.#newLife();
  }

  get state() {
    return this.#state;
  }

  get isOver() {
    return this.#state === 'closed' || this.#state === 'login lost';
  }

  onState(listener: (state: ConnectionState) => void) {
    this.#stateListeners.add(listener);
    listener(this.#state);
    return () => void this.#stateListeners.delete(listener);
  }

  start() {
    this.#connect();
    this.#watchdog = setInterval(() => this.#check(), checkEveryMs).unref();
  }

  /** @throws TelegramTimeout, TelegramBusy, TelegramUnreachable, LoginLost, the library's RPCError */
  async invoke<R extends Api.AnyRequest>(request: R, timeoutMs: number): Promise<R['__response']> {
    this.#refuseWhenOver();
    return this.#queue.run(request.className, timeoutMs, async (remainingMs) => {
      this.#refuseWhenOver();
      try {
        const response: R['__response'] = await this.#life.invoke(request, remainingMs);
        this.#unanswered = 0;
        this.#brokenBefore = false;
        return response;
      } catch (error) {
        if (error instanceof TelegramTimeout) this.#unanswered++;
        else if (!(error instanceof TelegramUnreachable)) this.#unanswered = 0;
        if (!isLoginLost(error)) throw error;
        this.#loseLogin();
        throw new LoginLost('Telegram does not accept the login', { cause: error });
      }
    });
  }

  async close() {
    clearInterval(this.#watchdog);
    this.#become('closed');
    await this.#life.end();
  }

  #newLife(): Life {
    const ifCurrent = (act: () => void) => () => {
      if (life === this.#life) act();
    };
    const life: Life = new Life(this.#options, {
      connected: ifCurrent(() => {
        this.#become('connected');
        this.#listener.connected();
      }),
      disconnected: ifCurrent(() => this.#become('connecting')),
      broken: ifCurrent(() => this.#broken()),
      received: (object) => this.#listener.received(object),
    });
    return life;
  }

  #connect() {
    this.#life.connect(this.#patienceMs).catch((error: unknown) => {
      this.#log.debug({ reason: String(error) }, 'no connection to Telegram yet');
    });
  }

  /** One −404 can be a server's bad hour; but the library never dials again after it. A second one is believed. */
  #broken() {
    if (this.#brokenBefore) {
      this.#loseLogin();
      return;
    }
    this.#brokenBefore = true;
    this.#replaceLife('Telegram does not know our key');
    // Nothing else might be asked for a while, and only a request brings the answer.
    void this.invoke(new Api.updates.GetState(), this.#patienceMs).catch(() => {});
  }

  #check() {
    const sinceMs = performance.now() - this.#since;
    const isAway = this.#state === 'connecting';
    if (isAway && sinceMs > this.#patienceMs) this.#replaceLife('no connection for too long');
    else if (!isAway && !this.#life.isReady && sinceMs > firstAnswerMs) this.#replaceLife('no first answer');
    else if (this.#unanswered >= unansweredAtMost) this.#replaceLife('requests are not answered');
  }

  #replaceLife(why: string) {
    if (this.isOver) return;
    this.#log.warn({ why }, 'the telegram client is replaced');
    const old = this.#life;
    this.#unanswered = 0;
    this.#life = this.#newLife();
    this.#become('connecting');
    this.#since = performance.now();
    void old.end(new TelegramUnreachable(why));
    this.#connect();
  }

  #loseLogin() {
    if (this.isOver) return;
    this.#log.error('Telegram does not accept the login of the chat account any more: log in again');
    this.#become('login lost');
    clearInterval(this.#watchdog);
    void this.#life.end(new LoginLost('the login was lost'));
  }

  #refuseWhenOver() {
    if (this.#state === 'login lost') throw new LoginLost('the login was lost');
    if (this.#state === 'closed') throw new TelegramUnreachable('the account was closed');
  }

  #become(state: ConnectionState) {
    if (this.#state === state || this.isOver) return;
    this.#state = state;
    this.#since = performance.now();
    this.#log.info({ state }, 'chat account');
    for (const listener of this.#stateListeners) {
      try {
        listener(state);
      } catch (error) {
        this.#log.error({ err: error }, 'a listener of the connection’s state failed');
      }
    }
  }
}
