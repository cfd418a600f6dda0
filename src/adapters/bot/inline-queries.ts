import type { Bot } from 'grammy';
import type { Logger } from 'pino';
import type { Panels } from '../../actors/ports/conversation.ts';
import { UserId } from '../../machines/model/ids.ts';
import { inlineResult } from './panel-view.ts';
import type { PressData } from './press-data.ts';

export interface InlineQueryOptions {
  readonly chatAccountId: UserId;
  readonly panels: Panels;
  readonly data: PressData;
  readonly log: Logger;
}

/** Draws panels for the chat account, and nothing for anybody else (product §14.1). */
export function answerInlineQueries(bot: Bot, { chatAccountId, panels, data, log }: InlineQueryOptions) {
  bot.on('inline_query', async (ctx) => {
    const { from, query } = ctx.inlineQuery;
    const panel = UserId(from.id) === chatAccountId ? await panels.find(query) : undefined;
    const results = panel ? [inlineResult(panel, data)] : [];
    ctx.answerInlineQuery(results, { cache_time: 0, is_personal: true }).catch((error: unknown) => {
      log.info({ reason: String(error) }, 'an inline query could not be answered');
    });
  });

  // Statistical, says Telegram: welcome where it comes, but nothing depends on it.
  bot.on('chosen_inline_result', async (ctx) => {
    const { from, query, inline_message_id: inlineMessageId } = ctx.chosenInlineResult;
    if (UserId(from.id) !== chatAccountId || inlineMessageId === undefined) return;
    await panels.change(query, { inlineMessageId });
  });
}
