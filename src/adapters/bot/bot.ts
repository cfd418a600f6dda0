import { Bot, GrammyError } from 'grammy';
import type { Logger } from 'pino';
import type { Panel, PanelBot, Panels } from '../../actors/ports/conversation.ts';
import type { SettingsChat } from '../../actors/ports/settings-chat.ts';
import type { UserId } from '../../machines/model/ids.ts';
import { limitRequests } from './api-limits.ts';
import { answerInlineQueries } from './inline-queries.ts';
import { keyboard } from './panel-view.ts';
import { longPollSeconds, Polling } from './polling.ts';
import { PressData } from './press-data.ts';
import { Presses, type PressOptions } from './presses.ts';
import { Reading } from './reading.ts';
import { settingsChat } from './settings/chat.ts';
import { type CommandList, tellCommands } from './settings/commands.ts';
import { GroupVisits, type MayStay } from './settings/group-visits.ts';
import { Intake, type IntakeOptions } from './settings/intake.ts';
import { SettingsPressData } from './settings/settings-press-data.ts';

export interface BotOptions {
  /** Secret. */
  readonly token: string;
  /** Without a slash at the end; https://api.telegram.org by default. */
  readonly apiRoot?: string;
  readonly chatAccountId: UserId;
  readonly panels: Panels;
  readonly log: Logger;
  readonly toast: PressOptions['toast'];
  readonly settings: SettingsOptions;
  /** Whether this host may speak for the bot: asked at each request. Always, where not given. */
  readonly mayAct?: () => boolean;
  /** Told of each request that Telegram refused with a wait, in seconds. */
  readonly onFloodWait?: (seconds: number) => void;
  /** Runs it at once, or when this host knows what is its own: asked for each update. */
  readonly whenSure?: (then: () => void) => void;
}

/** What the settings bot needs beside the panels of calls. */
export interface SettingsOptions extends IntakeOptions {
  readonly mayStay: MayStay;
  readonly commands: CommandList;
}

export interface BotHandle extends PanelBot {
  readonly settingsChat: SettingsChat;
  /** Updates come in, as far as is known. */
  readonly isReading: boolean;
  /** Updates come in from now on. One host at a time reads those of a bot. */
  read(): void;
  /** Leaves reading to another host. Ends within 2 s, with what was read confirmed. */
  leave(): Promise<void>;
  /** Ends within 2 s. */
  stop(): Promise<void>;
}

/** The token is not accepted, or nobody answers. */
export class BotUnavailable extends Error {
  override readonly name = 'BotUnavailable';
}

/**
 * The settings bot: draws panels for the chat account and, while it reads, takes their presses.
 * @throws BotUnavailable when the token is not accepted, or the bot cannot be asked for its name within 10 s
 */
export async function startBot(options: BotOptions): Promise<BotHandle> {
  const { token, apiRoot, panels, log, toast, settings, mayAct = () => true } = options;
  const { whenSure = (then) => then() } = options;
  const bot = new Bot(token, {
    // Must be long enough for the long poll; everything else fails sooner.
    client: { ...(apiRoot !== undefined && { apiRoot }), timeoutSeconds: longPollSeconds + 10 },
  });
  // Innermost: what waited for its turn is asked again when it leaves.
  const reading = new Reading(() => new Polling(bot, log));
  bot.api.config.use((call, method, payload, signal) =>
    mayAct() ? call(method, payload, signal) : Promise.reject(new Error(`${method}: this host may not act`)),
  );
  limitRequests(bot, options.onFloodWait);
  // Its own `init` asks again for as long as the network is away, without a word.
  bot.botInfo = await bot.api.getMe().catch((cause: unknown) => {
    throw new BotUnavailable(`the settings bot cannot be reached: ${reasonOf(cause)}`, { cause });
  });
  const data = new PressData(token);
  bot.use(async (_, next) => {
    await new Promise<void>(whenSure);
    // It came while the bot was another's: not confirmed here, it is read there.
    if (!reading.isHere) throw new Error('the bot is read by another host');
    await next();
  });
  const presses = new Presses({ panels, data, toast, log });
  presses.handleIn(bot);
  answerInlineQueries(bot, { chatAccountId: options.chatAccountId, panels, data, log });
  const settingsData = new SettingsPressData(token);
  new GroupVisits(settings.mayStay, log).handleIn(bot);
  new Intake({ ...settings, data: settingsData, log }).handleIn(bot);
  void tellCommands(bot, settings.commands, log);
  return {
    username: bot.botInfo.username,
    settingsChat: settingsChat(bot, settingsData, log),
    get isReading() {
      return reading.isReading;
    },
    read: () => reading.begin(),
    leave: () => reading.end(),
    redraw: (panel) => redraw(bot, panel, data),
    onPress: (listener) => presses.listen(listener),
    answerPress: (pressId, text) => presses.answer(bot.api, pressId, text),
    stop: () => reading.end(),
  };
}

async function redraw(
  bot: Bot,
  panel: Panel & { readonly inlineMessageId: string },
  data: PressData,
): Promise<boolean> {
  try {
    await bot.api.editMessageTextInline(panel.inlineMessageId, panel.content.text, {
      reply_markup: keyboard(panel, data),
      link_preview_options: { is_disabled: true },
    });
    return true;
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code !== 400) throw error;
    // The newest state stands there already.
    return error.description.includes('message is not modified');
  }
}

/** The token is part of the address: only Telegram's own words are told. */
const reasonOf = (error: unknown): string =>
  error instanceof GrammyError ? `${error.error_code} ${error.description}` : 'no answer from the Bot API';
