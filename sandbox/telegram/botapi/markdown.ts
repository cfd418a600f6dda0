import type { Entity } from '../world/model.ts';
import { badRequest } from './bot-api-error.ts';

const reserved = '_*[]()~`>#+-=|{}.!';
const markers: readonly (readonly [string, string])[] = [
  ['__', 'underline'],
  ['||', 'spoiler'],
  ['*', 'bold'],
  ['_', 'italic'],
  ['~', 'strikethrough'],
  ['[', 'text_link'],
];

/** MarkdownV2 parse mode (core.telegram.org/bots/api#markdownv2-style). @throws BotApiError can't parse entities: … */
export function parseMarkdown(source: string): { text: string; entities: Entity[] } {
  const entities: Entity[] = [];
  const open: { type: string; offset: number; atByte: number }[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const character = source.charAt(at);
    const lineStart = at === 0 || source.charAt(at - 1) === '\n';
    if (character === '\\' && at + 1 < source.length) {
      text += source.charAt(at + 1);
      at += 2;
    } else if (character === '`') {
      at = code(rest);
    } else if (character === ']' && open.at(-1)?.type === 'text_link') {
      at = link(rest);
    } else if (lineStart && character === '>') {
      at = quote(rest);
    } else {
      const marker = markers.find(([sign]) => rest.startsWith(sign));
      if (marker) {
        toggle(marker[1]);
        at += marker[0].length;
      } else if (reserved.includes(character)) {
        throw unparsable(`Character '${character}' is reserved and must be escaped with the preceding '\\'`);
      } else {
        text += character;
        at++;
      }
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw unparsable(`Can't find end of ${nameOf(unclosed.type)} entity at byte offset ${unclosed.atByte}`);
  return { text, entities: entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length) };

  function toggle(type: string): void {
    if (open.at(-1)?.type === type && type !== 'text_link') add({ type, ...closed() });
    else open.push({ type, offset: text.length, atByte: Buffer.byteLength(source.slice(0, at)) });
  }

  function closed(): { offset: number; length: number } {
    const offset = open.pop()?.offset ?? text.length;
    return { offset, length: text.length - offset };
  }

  function add(entity: Entity): void {
    if (entity.length > 0) entities.push(entity);
  }

  function code(rest: string): number {
    const fenced = /^```(?:([\w+-]+)\n)?\n?((?:\\.|[^\\`]|`(?!``))*)```/s.exec(rest);
    const match = fenced ?? /^`((?:\\.|[^\\`])*)`/s.exec(rest);
    if (!match)
      throw unparsable(`Can't find end of Code entity at byte offset ${Buffer.byteLength(source.slice(0, at))}`);
    const content = (fenced ? (match[2] ?? '') : (match[1] ?? '')).replaceAll(/\\([\\`])/g, '$1');
    const language = fenced?.[1];
    add({
      type: fenced ? 'pre' : 'code',
      offset: text.length,
      length: content.length,
      ...(language ? { language } : {}),
    });
    text += content;
    return at + match[0].length;
  }

  function link(rest: string): number {
    const match = /^\]\(((?:\\.|[^\\)])*)\)/.exec(rest);
    const url = match?.[1]?.replaceAll(/\\(.)/g, '$1');
    const place = closed();
    if (!match || !url) return at + 1;
    const userId = /^tg:\/\/user\?id=(\d+)$/.exec(url)?.[1];
    add(userId ? { type: 'text_mention', ...place, userId } : { type: 'text_link', ...place, url });
    return at + match[0].length;
  }

  /** One quoted line; the words in it are parsed on their own, so styles do not run out of it. */
  function quote(rest: string): number {
    const line = /^>([^\n]*)/.exec(rest)?.[1] ?? '';
    const inner = parseMarkdown(line);
    entities.push(...inner.entities.map((entity) => ({ ...entity, offset: entity.offset + text.length })));
    add({ type: 'blockquote', offset: text.length, length: inner.text.length });
    text += inner.text;
    return at + 1 + line.length;
  }
}

const nameOf = (type: string) => type.charAt(0).toUpperCase() + type.slice(1);
const unparsable = (problem: string) => badRequest(`can't parse entities: ${problem}`);
