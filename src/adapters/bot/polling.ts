import { type Bot, GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';

/** Longer than any network forgets an idle connection, shorter than most proxies do. */
export const longPollSeconds = 25;

const kinds = ['message', 'callback_query', 'inline_query', 'chosen_inline_result', 'my_chat_member'] as const;
const firstWaitMs = 500;
const longestWaitMs = 15_000;
/** An update whose handlers fail for so long will not be understood any more. */
const patienceMs = 60_000;

/**
 * Reads updates until it is stopped. The library's own loop ends on 409, sleeps without listening after an error, and
 * confirms a whole batch; here an update counts as read when its handlers took it.
 */
export class Polling {
  readonly #bot: Bot;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #offset = 0;
  #running: Promise<void> | undefined;

  constructor(bot: Bot, log: Logger) {
    this.#bot = bot;
    this.#log = log;
  }

  start() {
    this.#running ??= this.#run();
  }

  /** Ends within 2 s; what was read by then is confirmed. */
  async stop() {
    this.#stopping.abort();
    await Promise.race([this.#running, sleep(1_000)]);
    if (this.#offset === 0) return;
    await this.#bot.api
      .getUpdates({ offset: this.#offset, limit: 1, timeout: 0 }, signal(AbortSignal.timeout(900)))
      .catch((error: unknown) => this.#log.debug({ reason: String(error) }, 'last updates were not confirmed'));
  }

  async #run() {
    let waitMs = firstWaitMs;
    while (!this.#stopping.signal.aborted) {
      try {
        const updates = await this.#bot.api.getUpdates(
          { offset: this.#offset, timeout: longPollSeconds, allowed_updates: kinds },
          signal(this.#stopping.signal),
        );
        waitMs = firstWaitMs;
        for (const update of updates) await this.#handle(update);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        await this.#afterError(error, waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      }
    }
  }

  async #handle(update: Update) {
    const givesUpAt = performance.now() + patienceMs;
    for (let waitMs = firstWaitMs; !this.#stopping.signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        await this.#bot.handleUpdate(update);
        this.#offset = update.update_id + 1;
        return;
      } catch (error) {
        const isLast = performance.now() > givesUpAt;
        this.#log.error({ reason: String(error), updateId: update.update_id, isLast }, 'an update was not taken');
        if (isLast) {
          this.#offset = update.update_id + 1;
          return;
        }
        await this.#sleep(waitMs);
      }
    }
  }

  async #afterError(error: unknown, waitMs: number) {
    const code = error instanceof GrammyError ? error.error_code : undefined;
    const retryAfterSeconds = error instanceof GrammyError ? error.parameters.retry_after : undefined;
    if (code === 401) this.#log.error('the settings bot’s token is not accepted');
    else if (code === 409) this.#log.warn('somebody else reads the updates of the settings bot');
    else this.#log.info({ reason: String(error) }, 'updates could not be read');
    // A webhook left over from elsewhere answers 409, too.
    if (code === 409) await this.#bot.api.deleteWebhook().catch(() => {});
    if (retryAfterSeconds !== undefined) await this.#sleep(retryAfterSeconds * 1_000 + Math.random() * 1_000);
    else await this.#sleep(code === 401 ? longestWaitMs : waitMs);
  }

  #sleep(ms: number) {
    return sleep(ms, this.#stopping.signal);
  }
}

/** Resolves after the time, or when the signal aborts. */
function sleep(ms: number, until?: AbortSignal): Promise<void> {
  if (until?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      until?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    until?.addEventListener('abort', done);
  });
}

/** The library declares the AbortSignal of a polyfill, which Node's own has long replaced. */
export const signal = (own: AbortSignal) => own as unknown as Parameters<Bot['api']['getMe']>[0];
