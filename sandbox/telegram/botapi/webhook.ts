import { isRecord, Parameters } from './parameters.ts';
import type { UpdateQueue } from './update-queue.ts';

const firstRetryMs = 200;
const longestRetryMs = 5000;
const answerTimeoutMs = 10_000;

/** Delivers updates to a bot's own HTTP server, one by one and in order, until each is taken with 2xx. */
export class Webhook {
  readonly #queue: UpdateQueue;
  readonly #execute: (method: string, params: Parameters) => Promise<unknown>;
  #target: { readonly url: string; readonly secret: string | undefined } | undefined;
  #delivering = false;
  #lastError: { readonly date: number; readonly message: string } | undefined;
  #stop = new AbortController();

  constructor(queue: UpdateQueue, execute: (method: string, params: Parameters) => Promise<unknown>) {
    this.#queue = queue;
    this.#execute = execute;
  }

  get url(): string {
    return this.#target?.url ?? '';
  }

  get lastError() {
    return this.#lastError;
  }

  set(url: string, secret: string | undefined): void {
    this.clear();
    this.#target = { url, secret };
    this.wake();
  }

  clear(): void {
    this.#target = undefined;
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  wake(): void {
    if (this.#delivering || !this.#target) return;
    this.#delivering = true;
    void this.#deliverAll().finally(() => {
      this.#delivering = false;
    });
  }

  async #deliverAll(): Promise<void> {
    let retryMs = firstRetryMs;
    for (;;) {
      const target = this.#target;
      const update = this.#queue.pending[0];
      if (!target || !update) return;
      const { signal } = this.#stop;
      if (await this.#deliver(target, update, signal)) {
        this.#queue.confirm(update.update_id);
        retryMs = firstRetryMs;
      } else {
        await pause(retryMs, signal);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    }
  }

  async #deliver(target: { url: string; secret: string | undefined }, update: object, signal: AbortSignal) {
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(target.secret ? { 'x-telegram-bot-api-secret-token': target.secret } : {}),
        },
        body: JSON.stringify(update),
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      const body = await response.text();
      if (!response.ok) throw new Error(`Wrong response from the webhook: ${response.status}`);
      await this.#executeReply(body);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#lastError = { date: Math.floor(Date.now() / 1000), message };
      return false;
    }
  }

  /** The answer may itself be a method call; its outcome is told to nobody. */
  async #executeReply(body: string): Promise<void> {
    const reply = replyOf(body);
    if (!reply) return;
    const method = reply.text('method');
    if (method) await this.#execute(method, reply).catch(() => undefined);
  }
}

/** Whatever is no JSON object is no method call either. */
function replyOf(body: string): Parameters | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? Parameters.fromObject(value) : undefined;
  } catch {
    return undefined;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
