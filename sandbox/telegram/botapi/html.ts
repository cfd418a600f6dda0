import type { Entity } from '../world/model.ts';
import { badRequest } from './bot-api-error.ts';

const types: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
};

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

interface OpenTag {
  readonly tag: string;
  readonly offset: number;
  readonly type: string;
  readonly url?: string;
  language?: string;
}

/** HTML parse mode (core.telegram.org/bots/api#html-style). @throws BotApiError can't parse entities: … */
export function parseHtml(source: string): { text: string; entities: Entity[] } {
  const token =
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*>|&(#x?[\da-fA-F]+|\w+);|</g;
  const entities: Entity[] = [];
  const open: OpenTag[] = [];
  let text = '';
  let at = 0;
  for (const match of source.matchAll(token)) {
    text += source.slice(at, match.index);
    at = match.index + match[0].length;
    const [whole, slash, tagName, attributes, reference] = match;
    if (reference !== undefined) text += decoded(reference) ?? whole;
    else if (tagName === undefined)
      throw unparsable(`Unexpected end of tag at byte offset ${bytesTo(source, match.index)}`);
    else if (slash) close(tagName.toLowerCase(), bytesTo(source, match.index));
    else open.push(opened(tagName.toLowerCase(), attributes ?? '', bytesTo(source, match.index)));
  }
  text += source.slice(at);
  const unclosed = open.at(-1);
  if (unclosed) throw unparsable(`Can't find end tag corresponding to start tag "${unclosed.tag}"`);
  return { text, entities: entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length) };

  function opened(tag: string, attributes: string, byteOffset: number): OpenTag {
    const offset = text.length;
    if (tag === 'a') return { tag, offset, type: 'text_link', url: attribute(attributes, 'href') ?? '' };
    if (tag === 'span' && attribute(attributes, 'class') === 'tg-spoiler') return { tag, offset, type: 'spoiler' };
    const type = types[tag];
    if (!type) throw unparsable(`Unsupported start tag "${tag}" at byte offset ${byteOffset}`);
    const language = tag === 'code' ? /^language-(.+)$/.exec(attribute(attributes, 'class') ?? '')?.[1] : undefined;
    return { tag, offset, type, ...(language ? { language } : {}) };
  }

  function close(tag: string, byteOffset: number): void {
    const last = open.pop();
    if (!last) throw unparsable(`Unexpected end tag at byte offset ${byteOffset}`);
    if (last.tag !== tag) {
      throw unparsable(`Unmatched end tag at byte offset ${byteOffset}, expected "</${last.tag}>", found "</${tag}>"`);
    }
    const length = text.length - last.offset;
    if (length === 0) return;
    const around = open.at(-1);
    if (last.type === 'code' && around?.type === 'pre') {
      if (last.language) around.language = last.language;
      return;
    }
    entities.push(entityOf(last, length));
  }
}

function entityOf(tag: OpenTag, length: number): Entity {
  const place = { offset: tag.offset, length };
  if (tag.type === 'pre') return { type: 'pre', ...place, ...(tag.language ? { language: tag.language } : {}) };
  if (tag.type !== 'text_link') return { type: tag.type, ...place };
  const url = tag.url ?? '';
  const userId = /^tg:\/\/user\?id=(\d+)$/.exec(url)?.[1];
  return userId ? { type: 'text_mention', ...place, userId } : { type: 'text_link', ...place, url };
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(attributes);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replaceAll(/&(#x?[\da-fA-F]+|\w+);/g, (whole, reference: string) => decoded(reference) ?? whole);
}

function decoded(reference: string): string | undefined {
  if (!reference.startsWith('#')) return named[reference];
  const code = reference[1] === 'x' ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

const bytesTo = (source: string, index: number) => Buffer.byteLength(source.slice(0, index));
const unparsable = (problem: string) => badRequest(`can't parse entities: ${problem}`);
