import { oneLine } from '../words.ts';

/** Code points of a button's label (product §3.2). */
export const longestLabel = 40;
/** UTF-16 units; Telegram refuses a longer message. */
const longestText = 4_096;

/** What stands for a value that is empty or cannot be seen. */
export const nothing = '—';

/**
 * What somebody wrote, as part of a line of ours: no line breaks, and no marks that turn the direction of what follows.
 * Half characters would make Telegram refuse the whole message.
 */
export function plain(foreign: string): string {
  const shown = foreign
    .toWellFormed()
    .replaceAll(/\p{Bidi_Control}+/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(shown) ? shown : nothing;
}

/** The same, of at most 128 characters. */
export const brief = (foreign: string): string => oneLine(plain(foreign));

/** `label: value` of a value button, cut in the middle of the value. */
export function labelled(label: string, value: string): string {
  const head = `${label}: `;
  return `${head}${cutMiddle(plain(value), longestLabel - Array.from(head).length)}`;
}

/** At most `longest` code points: the beginning, `…`, the end. */
export function cutMiddle(text: string, longest: number): string {
  const characters = Array.from(text);
  if (characters.length <= longest) return text;
  const end = Math.floor((longest - 1) / 2);
  return [...characters.slice(0, longest - 1 - end), '…', ...characters.slice(-end)].join('');
}

/** A whole message: what is too much at its end is left off, line by line. */
export function fit(text: string): string {
  if (text.length <= longestText) return text;
  const kept = text.slice(0, longestText - 2).replace(/\p{Cs}$/u, '');
  const lastBreak = kept.lastIndexOf('\n');
  // A single long line has no better place to be cut.
  return lastBreak > longestText / 2 ? `${kept.slice(0, lastBreak)}\n…` : `${kept}…`;
}

/** Text of several lines that somebody wrote to be read as it is. */
export const paragraphs = (foreign: string): string =>
  foreign
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?!\n)\p{Cc}/gu, ' ')
    .trim() || nothing;

/** `21:07`, UTC */
export const hourAndMinute = (at: number): string => new Date(at).toISOString().slice(11, 16);
