import { Bot, GrammyError } from 'grammy';
import type { Logger } from 'pino';
import type { Panel, PanelBot, Panels } from '../../actors/ports/conversation.ts';
import type { UserId } from '../../machines/model/ids.ts';
import { answerInlineQueries } from './inline-queries.ts';
import { keyboard } from './panel-view.ts';
import { longPollSeconds, Polling, signal } from './polling.ts';
import { PressData } from './press-data.ts';
import { Presses, type PressOptions } from './presses.ts';

export interface BotOptions {
  /** Secret. */
  readonly token: string;
  /** Without a slash at the end; https://api.telegram.org by default. */
  readonly apiRoot?: string;
  readonly chatAccountId: UserId;
  /** For the hello, without @. */
  readonly chatAccountName?: string;
  readonly panels: Panels;
  readonly log: Logger;
  readonly toast: PressOptions['toast'];
  /** What /start is answered. */
  readonly greeting?: (languageCode: string | undefined) => string;
  /** False: reads no updates, which only one host may do; draws only. */
  readonly reads?: boolean;
}

export interface BotHandle extends PanelBot {
  /** Ends within 2 s. */
  stop(): Promise<void>;
}

/** The token is not accepted, or nobody answers. */
export class BotUnavailable extends Error {
  override readonly name = 'BotUnavailable';
}

const requestTimeoutMs = 10_000;
/** A redrawing that is told to wait longer is given up; a newer state will be there by then. */
const longestWaitSeconds = 10;

/**
 * The settings bot: draws panels for the chat account and takes their presses.
 * @throws BotUnavailable when the token is not accepted, or the bot cannot be asked for its name within 10 s
 */
export async function startBot(options: BotOptions): Promise<BotHandle> {
  const { token, apiRoot, panels, log, toast } = options;
  const bot = new Bot(token, {
    client: { ...(apiRoot !== undefined && { apiRoot }), timeoutSeconds: longPollSeconds + 10 },
  });
  // Its one time-out must be long enough for the long poll; everything else shall fail sooner.
  bot.api.config.use((call, method, payload, given) =>
    call(method, payload, given ?? signal(AbortSignal.timeout(requestTimeoutMs))),
  );
  // Its own `init` asks again for as long as the network is away, without a word.
  bot.botInfo = await bot.api.getMe().catch((cause: unknown) => {
    throw new BotUnavailable(`the settings bot cannot be reached: ${reasonOf(cause)}`, { cause });
  });
  const data = new PressData(token);
  const presses = new Presses({ panels, data, toast, log });
  presses.handleIn(bot);
  answerInlineQueries(bot, { chatAccountId: options.chatAccountId, panels, data, log });
  greet(bot, options);
  const polling = new Polling(bot, log);
  if (options.reads !== false) polling.start();
  return {
    username: bot.botInfo.username,
    redraw: (panel) => redraw(bot, panel, data),
    onPress: (listener) => presses.listen(listener),
    stop: () => polling.stop(),
  };
}

async function redraw(
  bot: Bot,
  panel: Panel & { readonly inlineMessageId: string },
  data: PressData,
): Promise<boolean> {
  const attempt = () =>
    bot.api.editMessageTextInline(panel.inlineMessageId, panel.content.text, {
      reply_markup: keyboard(panel, data),
      link_preview_options: { is_disabled: true },
    });
  try {
    await attempt().catch(async (error: unknown) => {
      await waitAsTold(error);
      return attempt();
    });
    return true;
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code !== 400) throw error;
    // The newest state stands there already.
    return error.description.includes('message is not modified');
  }
}

async function waitAsTold(error: unknown) {
  const seconds = error instanceof GrammyError ? error.parameters.retry_after : undefined;
  if (seconds === undefined || seconds > longestWaitSeconds) throw error;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000 + Math.random() * 500));
}

function greet(bot: Bot, { greeting, chatAccountName, log }: BotOptions) {
  const english = () => {
    const account = chatAccountName === undefined ? 'the chat account' : `@${chatAccountName}`;
    return `Hello! Here you set up your telephone lines.\nTo call, send a number to ${account}: it calls you back.`;
  };
  bot.chatType('private').command('start', (ctx) => {
    ctx.reply((greeting ?? english)(ctx.from.language_code)).catch((error: unknown) => {
      log.info({ reason: String(error) }, 'a hello could not be sent');
    });
  });
}

/** The token is part of the address: only Telegram's own words are told. */
const reasonOf = (error: unknown): string =>
  error instanceof GrammyError ? `${error.error_code} ${error.description}` : 'no answer from the Bot API';
