import { BotApiError } from './bot-api-error.ts';

export interface BotApiFault {
  /** `error` answers so; `close` ends the connection without an answer; `loseAnswer` does it after the work was done. */
  readonly kind: 'error' | 'close' | 'loseAnswer' | 'delay';
  /** Of one method only. */
  readonly method?: string;
  /** How often; Infinity: always. */
  readonly times?: number;
  readonly error?: BotApiError;
  readonly delayMs?: number;
}

/** Misbehaviours of the Bot API, to be switched on by tests; the first that fits a request is used up by it. */
export class BotApiFaults {
  #active: { readonly fault: BotApiFault; left: number }[] = [];

  add(fault: BotApiFault): void {
    this.#active.push({ fault, left: fault.times ?? 1 });
  }

  tooManyRequests(retryAfterSeconds: number, options: { method?: string; times?: number } = {}): void {
    const description = `Too Many Requests: retry after ${retryAfterSeconds}`;
    const error = new BotApiError(429, description, { retry_after: retryAfterSeconds });
    this.add({ kind: 'error', error, ...options });
  }

  badGateway(options: { method?: string; times?: number } = {}): void {
    this.add({ kind: 'error', error: new BotApiError(502, 'Bad Gateway'), ...options });
  }

  closeConnection(options: { method?: string; times?: number } = {}): void {
    this.add({ kind: 'close', ...options });
  }

  loseAnswer(options: { method?: string; times?: number } = {}): void {
    this.add({ kind: 'loseAnswer', ...options });
  }

  delay(delayMs: number, options: { method?: string; times?: number } = {}): void {
    this.add({ kind: 'delay', delayMs, ...options });
  }

  reset(): void {
    this.#active = [];
  }

  /** What happens to this request, if anything. */
  take(method: string): BotApiFault | undefined {
    const entry = this.#active.find(
      ({ fault }) => !fault.method || fault.method.toLowerCase() === method.toLowerCase(),
    );
    if (!entry) return undefined;
    entry.left--;
    if (entry.left <= 0) this.#active = this.#active.filter((other) => other !== entry);
    return entry.fault;
  }
}
