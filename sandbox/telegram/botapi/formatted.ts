import type { Entity } from '../world/model.ts';
import { badRequest } from './bot-api-error.ts';
import { parseHtml } from './html.ts';
import { parseMarkdown } from './markdown.ts';
import { isRecord, Parameters, scalarText } from './parameters.ts';

export const maxTextLength = 4096;
export const maxCaptionLength = 1024;

export interface Formatted {
  readonly text: string;
  readonly entities?: readonly Entity[];
}

/** A text parameter with its formatting: parse_mode or entities. @throws BotApiError when it cannot be parsed */
export function formatted(params: Parameters, name: string, entitiesName: string): Formatted {
  const source = params.text(name) ?? '';
  const mode = params.text('parse_mode')?.toLowerCase();
  if (mode === 'html') return trimmed(parseHtml(source));
  if (mode === 'markdownv2') return trimmed(parseMarkdown(source));
  if (mode && mode !== 'none') throw badRequest(`unsupported parse_mode`);
  return trimmed({ text: source, entities: (params.array(entitiesName) ?? []).map(entityOf) });
}

/** The words of a text message. @throws BotApiError message text is empty, message is too long */
export function messageText(params: Parameters, name = 'text', entitiesName = 'entities'): Formatted {
  const words = formatted(params, name, entitiesName);
  if (words.text === '') throw badRequest('message text is empty');
  if (words.text.length > maxTextLength) throw badRequest('message is too long');
  return words;
}

/** @throws BotApiError message caption is too long */
export function caption(params: Parameters): Formatted {
  const words = formatted(params, 'caption', 'caption_entities');
  if (words.text.length > maxCaptionLength) throw badRequest('message caption is too long');
  return words;
}

/** As the service does: nothing but words at both ends, and entities that reach no further. */
function trimmed({ text, entities }: { text: string; entities: readonly Entity[] }): Formatted {
  const start = text.length - text.trimStart().length;
  const kept = text.trim();
  const moved = entities.flatMap((entity) => {
    const offset = Math.max(0, entity.offset - start);
    const end = Math.min(kept.length, entity.offset + entity.length - start);
    return end > offset ? [{ ...entity, offset, length: end - offset }] : [];
  });
  return { text: kept, ...(moved.length > 0 ? { entities: moved } : {}) };
}

function entityOf(value: unknown): Entity {
  if (!isRecord(value) || typeof value['type'] !== 'string') throw badRequest("can't parse MessageEntity");
  const { type, url, language, user } = value;
  const [offset, length] = [Number(value['offset']), Number(value['length'])];
  if (!Number.isInteger(offset) || !Number.isInteger(length)) throw badRequest("can't parse MessageEntity");
  return {
    type,
    offset,
    length,
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof language === 'string' ? { language } : {}),
    ...(isRecord(user) ? { userId: scalarText(user['id']) } : {}),
  };
}

/** Formatting inside JSON, as in input_message_content. */
export const nestedText = (content: Record<string, unknown>): Formatted =>
  messageText(Parameters.fromObject(content), 'message_text');
