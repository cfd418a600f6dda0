import { InlineKeyboard, InlineQueryResultBuilder } from 'grammy';
import type { InlineQueryResultArticle } from 'grammy/types';
import type { Panel } from '../../actors/ports/conversation.ts';
import type { PressData } from './press-data.ts';

export function keyboard({ token, content }: Panel, presses: PressData): InlineKeyboard {
  const rows = content.buttons ?? [];
  return InlineKeyboard.from(
    rows.map((row) =>
      row.map(({ label, action, url }) =>
        url === undefined ? InlineKeyboard.text(label, presses.write(action, token)) : InlineKeyboard.url(label, url),
      ),
    ),
  );
}

/** The one result of an inline query. With a keyboard, or Telegram would not name the message to the bot. */
export function inlineResult(panel: Panel, presses: PressData): InlineQueryResultArticle {
  return InlineQueryResultBuilder.article('panel', 'Panel', { reply_markup: keyboard(panel, presses) }).text(
    panel.content.text,
    { link_preview_options: { is_disabled: true } },
  );
}
