import { randomUUID } from 'node:crypto';
import type { Bot, Context } from 'grammy';
import type { Message, User } from 'grammy/types';
import type { Logger } from 'pino';
import type { WallClock } from '../../../actors/ports/clock.ts';
import { type Inbox, type InboxRow, pressMs } from '../../../actors/ports/inbox.ts';
import type { SettingsTexts } from '../../../actors/ports/settings-chat.ts';
import { EpochMs, UserId } from '../../../machines/model/ids.ts';
import type { SettingsInput } from '../../../machines/model/settings.ts';
import { NotStored } from '../not-stored.ts';
import { inputOf, storable } from './input.ts';
import type { SettingsPressData } from './settings-press-data.ts';

export interface IntakeOptions {
  readonly inbox: Inbox;
  /** Told after each row that is in the inbox; a repeat of one that may be done already is not new. */
  readonly onPut: (row: InboxRow, isNew: boolean) => void;
  readonly toast: SettingsTexts['toast'];
  /** Who may use the operator's commands. */
  readonly admins: readonly UserId[];
  readonly clock: WallClock;
}

/** A press is answered by then, whether or not its row is in the inbox. */
const answerWithinMs = 1_000;
const putTimeoutMs = 15_000;

/**
 * What people do in their conversations with the settings bot, put into the inbox before Telegram is told that it was read.
 * A handler rejects with `NotStored` when the inbox did not take it: the update is then told again.
 */
export class Intake {
  readonly #options: IntakeOptions & { readonly data: SettingsPressData; readonly log: Logger };
  #lastStoredAt = Number.NEGATIVE_INFINITY;

  constructor(options: IntakeOptions & { readonly data: SettingsPressData; readonly log: Logger }) {
    this.#options = options;
  }

  /** To be registered after whoever takes presses on messages via the bot. */
  handleIn(bot: Bot): void {
    bot.chatType('private').on('message', (ctx) => this.#sent(ctx.update.update_id, ctx.message, bot));
    bot.on('callback_query', (ctx) => this.#pressed(ctx));
  }

  async #sent(updateId: number, message: Message, bot: Bot): Promise<void> {
    const { from } = message;
    if (!from) return;
    const isAdmin = this.#options.admins.includes(UserId(from.id));
    const input = inputOf(message, { botName: bot.botInfo.username, isAdmin });
    if (input) await this.#put(updateId, from, input);
  }

  async #pressed(ctx: Context): Promise<void> {
    const { toast, data } = this.#options;
    const { from, message, data: text = '' } = ctx.callbackQuery ?? {};
    if (!from) return;
    const isOwn = message?.chat.type === 'private' && message.chat.id === from.id;
    const press = isOwn ? data.read(text, UserId(from.id)) : undefined;
    if (!press || !message) return this.#answer(ctx, toast('not-yours', from.language_code));

    let isAnswered = false;
    const answer = (words?: string) => {
      if (!isAnswered) this.#answer(ctx, words);
      isAnswered = true;
    };
    const late = setTimeout(answer, answerWithinMs);
    try {
      const input: SettingsInput = { kind: 'press', press, messageId: message.message_id };
      const { screenMessage, isMoving } = await this.#put(ctx.update.update_id, from, input);
      // Whoever is quick presses on a screen of which we have not written down yet where it stands.
      const mayCount = press.do === 'take' || isMoving || screenMessage === message.message_id;
      answer(mayCount ? undefined : toast('out-of-date', from.language_code));
    } finally {
      clearTimeout(late);
      answer();
    }
  }

  async #put(updateId: number, from: User, input: SettingsInput) {
    const row: InboxRow = {
      id: `bot-${updateId}`,
      key: randomUUID(),
      user: UserId(from.id),
      input,
      language: from.language_code,
      name: storable(from.first_name),
      ...(input.kind === 'press' && { expiresAt: EpochMs(this.#options.clock.now() + pressMs) }),
    };
    const stored = await this.#stored(row);
    this.#lastStoredAt = performance.now();
    this.#options.onPut(row, stored.isNew);
    return stored;
  }

  async #stored(row: InboxRow): ReturnType<Inbox['put']> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error('no answer')), putTimeoutMs);
    try {
      return await Promise.race([this.#options.inbox.put(row), tooLate]);
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error;
      this.#options.log.warn({ reason, row: row.id }, 'the inbox did not take a row');
      throw new NotStored(this.#lastStoredAt);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nobody waits for it. Of a press that is told again the second answer is refused, which is as well. */
  #answer(ctx: Context, words: string | undefined): void {
    ctx.answerCallbackQuery(words === undefined ? {} : { text: words.slice(0, 200) }).catch((error: unknown) => {
      this.#options.log.info({ reason: String(error) }, 'a press in the settings bot could not be answered');
    });
  }
}
