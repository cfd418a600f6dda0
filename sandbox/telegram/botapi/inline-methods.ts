import type { InlineResult } from '../world/inline.ts';
import type { World } from '../world/world.ts';
import { badRequest } from './bot-api-error.ts';
import { nestedText } from './formatted.ts';
import { parseMarkup } from './markup.ts';
import type { MethodTable } from './methods.ts';
import { isRecord, scalarText } from './parameters.ts';

const maxResults = 50;
const maxCallbackAnswerLength = 200;

/** Answers to what people ask of a bot. */
export function inlineMethods(world: World): MethodTable {
  return {
    answerInlineQuery(params, bot) {
      const results = params.array('results') ?? [];
      if (results.length > maxResults) throw badRequest('RESULTS_TOO_MUCH');
      const parsed = results.map(resultOf);
      if (new Set(parsed.map(({ id }) => id)).size < parsed.length) throw badRequest('RESULT_ID_DUPLICATE');
      const nextOffset = params.text('next_offset');
      const button = params.object('button');
      world.inline.answerQuery(bot.id, params.text('inline_query_id') ?? '', {
        results: parsed,
        cacheSeconds: params.int('cache_time') ?? 300,
        ...(nextOffset ? { nextOffset } : {}),
        ...(button
          ? { button: { text: scalarText(button['text']), startParameter: scalarText(button['start_parameter']) } }
          : {}),
      });
      return true;
    },

    answerCallbackQuery(params, bot) {
      const text = params.text('text');
      if (text && text.length > maxCallbackAnswerLength) throw badRequest('MESSAGE_TOO_LONG');
      const url = params.text('url');
      world.inline.answerCallback(bot.id, params.text('callback_query_id') ?? '', {
        alert: params.flag('show_alert'),
        cacheSeconds: params.int('cache_time') ?? 0,
        ...(text ? { text } : {}),
        ...(url ? { url } : {}),
      });
      return true;
    },
  };
}

function resultOf(value: unknown): InlineResult {
  if (!isRecord(value)) throw badRequest("can't parse inline query result: expected an Object");
  const id = scalarText(value['id']);
  if (Buffer.byteLength(id) < 1 || Buffer.byteLength(id) > 64) throw badRequest('RESULT_ID_INVALID');
  const content = value['input_message_content'];
  if (!isRecord(content) || content['message_text'] === undefined) {
    throw badRequest('can\'t parse inline query result: Field "input_message_content" must be a text in the sandbox');
  }
  const { type, title, description } = value;
  if (type === 'article' && !title) throw badRequest('can\'t parse inline query result: Field "title" not found');
  const markup = parseMarkup(value['reply_markup']);
  return {
    id,
    type: scalarText(type),
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    content: { ...nestedText(content), ...(markup ? { markup } : {}) },
  };
}
