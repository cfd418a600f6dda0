import { autoRetry } from '@grammyjs/auto-retry';
import { apiThrottler, BottleneckStrategy } from '@grammyjs/transformer-throttler';
import { type Bot, HttpError, type Transformer } from 'grammy';
import { signal as forLibrary } from './polling.ts';

const requestTimeoutMs = 10_000;
/** What is told to wait longer is given up; by then a newer state is there. */
const longestWaitSeconds = 10;
const waitingPerChat = 10;
const waitingInAll = 1_000;

/** What Telegram rations per chat. Answers to presses and inline queries are not, and nobody shall wait for them. */
const sending: ReadonlySet<string> = new Set(['sendMessage']);
/** Told apart from sending: nobody is notified of it, and no limit over all chats is known. */
const editing: ReadonlySet<string> = new Set(['editMessageText', 'editMessageReplyMarkup']);
/** Given twice they are one. */
const answering: ReadonlySet<string> = new Set(['answerCallbackQuery', 'answerInlineQuery']);
const repeatable: ReadonlySet<string> = new Set([
  ...sending,
  ...editing,
  'deleteMessage',
  'leaveChat',
  'setMyCommands',
]);

/**
 * How a bot asks: each request ends within 10 s; messages go out at the pace Telegram wants; what is refused for its pace
 * is tried once more after the pause it names. Messages via the bot, such as panels of calls, have no chat and no pace.
 *
 * @param onFloodWait told of each refusal for the pace, with the seconds to wait
 */
export function limitRequests(bot: Bot, onFloodWait?: (seconds: number) => void): void {
  // https://core.telegram.org/bots/faq: 30 messages a second in all, 20 a minute in a group; one a second in a chat,
  // where short bursts pass.
  const pace = { reservoir: 30, reservoirRefreshAmount: 30, reservoirRefreshInterval: 1_000 };
  const retry = autoRetry({
    maxRetryAttempts: 1,
    maxDelaySeconds: longestWaitSeconds,
    // What had no answer may have been done all the same.
    rethrowHttpErrors: true,
    rethrowInternalServerErrors: true,
  });
  // From the inside to the outside: each attempt has its time, and its place in the queue.
  if (onFloodWait) bot.api.config.use(toldOfWaits(onFloodWait));
  bot.api.config.use(
    limited,
    only(answering, onceMore),
    only(sending, throttled(pace)),
    only(editing, throttled({})),
    only(repeatable, retry),
  );
}

const toldOfWaits =
  (onFloodWait: (seconds: number) => void): Transformer =>
  async (call, method, payload, signal) => {
    const result = await call(method, payload, signal);
    if (!result.ok && result.error_code === 429) onFloodWait(result.parameters?.retry_after ?? 0);
    return result;
  };

const overflow = { strategy: BottleneckStrategy.OVERFLOW };

/** `pace`: over all chats. */
const throttled = (pace: NonNullable<Parameters<typeof apiThrottler>[0]>['global']): Transformer =>
  apiThrottler({
    global: { ...pace, highWater: waitingInAll, ...overflow },
    group: {
      maxConcurrent: 1,
      minTime: 1_000,
      reservoir: 20,
      reservoirRefreshAmount: 20,
      reservoirRefreshInterval: 60_000,
      highWater: waitingPerChat,
      ...overflow,
    },
    out: {
      maxConcurrent: 1,
      reservoir: 5,
      reservoirIncreaseAmount: 1,
      reservoirIncreaseInterval: 1_000,
      reservoirIncreaseMaximum: 5,
      highWater: waitingPerChat,
      ...overflow,
    },
  });

/** The long poll is longer, and has a limit of its own. */
const limited: Transformer = (call, method, payload, given) => {
  if (method === 'getUpdates') return call(method, payload, given);
  const own = AbortSignal.timeout(requestTimeoutMs);
  const until = given === undefined ? own : AbortSignal.any([given as unknown as AbortSignal, own]);
  return call(method, payload, forLibrary(until));
};

/** That Telegram closed an idle connection shows only when it is used: the press it took with it would be left waiting. */
const onceMore: Transformer = (call, method, payload, signal) =>
  call(method, payload, signal).catch((error: unknown) => {
    const isCutOff = error instanceof HttpError && !isTimeout(error.error);
    if (!isCutOff || signal?.aborted) throw error;
    return call(method, payload, signal);
  });

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');

const only =
  (methods: ReadonlySet<string>, transformer: Transformer): Transformer =>
  (call, method, payload, signal) =>
    methods.has(method) ? transformer(call, method, payload, signal) : call(method, payload, signal);
