import { type Bot, BotError, GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import { NotStored } from './not-stored.ts';
import { UpdateLanes } from './update-lanes.ts';

/** Longer than any network forgets an idle connection, shorter than most proxies do. */
export const longPollSeconds = 25;

const kinds = ['message', 'callback_query', 'inline_query', 'chosen_inline_result', 'my_chat_member'] as const;
const firstWaitMs = 500;
const longestWaitMs = 15_000;
/** An update whose handlers fail for so long will not be understood any more. */
const patienceMs = 60_000;
/** While an update is not done, later ones are asked for so often: the service tells them at once, and the old ones again. */
const lookAgainMs = 100;
/** An answer without updates that comes sooner is of a server that knows no long polls. */
const shortestPollMs = 1_000;

/**
 * Reads updates until it is stopped. The library's own loop ends on 409, sleeps without listening after an error, and
 * confirms a whole batch; here an update counts as read when its handlers took it.
 */
export class Polling {
  readonly #bot: Bot;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #lanes = new UpdateLanes((update) => this.#handle(update));
  #running: Promise<void> | undefined;
  #isReading = false;

  constructor(bot: Bot, log: Logger) {
    this.#bot = bot;
    this.#log = log;
  }

  /** The last answer held updates, or none; a server that falls silent is noticed when the poll is over. */
  get isReading() {
    return this.#isReading;
  }

  start() {
    this.#running ??= this.#run();
  }

  /** Ends within 2 s; what was read by then is confirmed. */
  async stop() {
    this.#stopping.abort();
    await Promise.race([Promise.all([this.#running, this.#lanes.settled()]), sleep(1_000)]);
    const offset = this.#lanes.nextOffset();
    if (offset === 0) return;
    await this.#bot.api
      .getUpdates({ offset, limit: 1, timeout: 0 }, signal(AbortSignal.timeout(900)))
      .catch((error: unknown) => this.#log.debug({ reason: String(error) }, 'last updates were not confirmed'));
  }

  async #run() {
    let waitMs = firstWaitMs;
    while (!this.#stopping.signal.aborted) {
      try {
        const askedAt = performance.now();
        const updates = await this.#bot.api.getUpdates(
          // The first one is short: whether it is answered is known at once.
          { offset: this.#lanes.nextOffset(), timeout: this.#isReading ? longPollSeconds : 0, allowed_updates: kinds },
          signal(this.#stopping.signal),
        );
        waitMs = firstWaitMs;
        const wasReading = this.#isReading;
        this.#isReading = true;
        this.#lanes.accept(updates);
        if (this.#lanes.isBusy) await Promise.race([this.#lanes.settled(), this.#sleep(lookAgainMs)]);
        else if (wasReading && performance.now() - askedAt < shortestPollMs && updates.length === 0)
          await this.#sleep(firstWaitMs);
      } catch (error) {
        this.#isReading = false;
        if (this.#stopping.signal.aborted) return;
        await this.#afterError(error, waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      }
    }
  }

  /** @returns whether the update need not be told again */
  async #handle(update: Update): Promise<boolean> {
    const startedAt = performance.now();
    for (let waitMs = firstWaitMs; !this.#stopping.signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        await this.#bot.handleUpdate(update);
        return true;
      } catch (caught) {
        const error = caught instanceof BotError ? caught.error : caught;
        const isLast = isHopeless(error, startedAt);
        this.#log.error({ reason: String(error), updateId: update.update_id, isLast }, 'an update was not taken');
        if (isLast) return true;
        await this.#sleep(waitMs);
      }
    }
    return false;
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

/** While nothing at all can be stored, the trouble is not the update. */
function isHopeless(error: unknown, startedAt: number): boolean {
  if (performance.now() - startedAt < patienceMs) return false;
  return !(error instanceof NotStored && error.lastStoredAt < startedAt);
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
