import type { Api, Bot, Context } from 'grammy';
import type { Logger } from 'pino';
import type { Panel, Panels, PassedPress, Press } from '../../actors/ports/conversation.ts';
import { parseAction } from '../../machines/model/actions.ts';
import { UserId } from '../../machines/model/ids.ts';
import type { Toast } from '../../machines/model/notices.ts';
import type { PressData } from './press-data.ts';

export type PressListener = (press: Press) => void | Promise<void>;

export interface PressOptions {
  readonly panels: Panels;
  readonly data: PressData;
  /** `languageCode`: of the person's Telegram. */
  readonly toast: (says: Toast, languageCode: string | undefined) => string;
  readonly log: Logger;
}

/**
 * Presses on panels. Telegram has its answer before anything is done about the press; the update is confirmed only after
 * the listeners took it, so a listener that fails hears it again.
 */
export class Presses {
  readonly #options: PressOptions;
  readonly #listeners = new Set<PressListener>();

  constructor(options: PressOptions) {
    this.#options = options;
  }

  listen(listener: PressListener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  handleIn(bot: Bot) {
    // Panels stand in a chat the bot is no member of, so there is no `message`; the bot's own buttons come with one.
    bot.on('callback_query:data', (ctx, next) =>
      ctx.callbackQuery.inline_message_id === undefined ? next() : this.#handle(ctx),
    );
  }

  async #handle(ctx: Context) {
    const { panels, data, toast } = this.#options;
    const { from, id, data: text = '', inline_message_id: inlineMessageId } = ctx.callbackQuery ?? {};
    if (!from || id === undefined) return;
    const refuse = (reason: Toast) => this.#answer(ctx, toast(reason, from.language_code));
    const pressed = data.read(text);
    if (!pressed) return refuse('not-your-call');
    const panel = await panels.find(pressed.token);
    // A question that nobody answered is not a call that is over.
    if (!panel) return refuse(parseAction(pressed.action)?.kind === 'line' ? 'expired' : 'call-over');
    if (panel.userId !== UserId(from.id)) return refuse('not-your-call');
    // Before it is reported: what a press leads to is often a change of the very panel.
    if (inlineMessageId !== undefined && panel.inlineMessageId === undefined) {
      await panels.change(panel.token, { inlineMessageId });
    }
    const locked = lockOf(panel, pressed.action);
    if (locked !== undefined) this.#answer(ctx, locked);
    else
      await this.#report(ctx, {
        ...pressed,
        pressId: id,
        ...(from.language_code !== undefined && { language: from.language_code }),
        ...aboutPanel(panel),
      });
  }

  async #report(ctx: Context, press: PassedPress) {
    let text: string | undefined;
    let isPassedOn = false;
    const answer = (given?: string) => {
      text = given;
    };
    const passOn = () => {
      isPassedOn = true;
    };
    const taking = [...this.#listeners].map(async (listener) => listener({ ...press, answer, passOn }));
    if (!isPassedOn) this.#answer(ctx, text);
    await Promise.all(taking);
  }

  /** Of a press that another host took. */
  answer(api: Api, pressId: string, text: string | undefined) {
    this.#tell(api.answerCallbackQuery(pressId, contentOf(text)));
  }

  /** Nobody waits for it: the next press shall not stand behind this one's way to Telegram and back. */
  #answer(ctx: Context, text: string | undefined) {
    this.#tell(ctx.answerCallbackQuery(contentOf(text)));
  }

  #tell(answering: Promise<unknown>) {
    answering.catch((error: unknown) => {
      this.#options.log.info({ reason: String(error) }, 'a press could not be answered');
    });
  }
}

const contentOf = (text: string | undefined) => (text === undefined ? {} : { text: text.slice(0, 200) });

const lockOf = ({ content }: Panel, action: string): string | undefined =>
  content.buttons?.flat().find((button) => button.action === action)?.locked;

const aboutPanel = ({ token, userId, messageId, content }: Panel) => ({
  userId,
  ...(content.callId !== undefined && { callId: content.callId }),
  ...(messageId !== undefined && { ref: { userId, messageId, token } }),
});
