import type { RE2JS } from 're2js';

/** The right part of a rule: text, and numbers of groups. */
export type Replacement = readonly (string | number)[];

/** Reads `$1`…`$9` and `$$`; any other dollar is a mistake that would otherwise be dialled. */
export function readReplacement(
  text: string,
  groups: number,
): Replacement | { readonly position: number; readonly why: string } {
  const parts: (string | number)[] = [];
  let position = 0;
  for (const part of text.split(/(\$.?)/su)) {
    if (part === '$$') parts.push('$');
    else if (!part.startsWith('$')) parts.push(part);
    else {
      const group = /^\$[1-9]$/.test(part) ? Number(part[1]) : undefined;
      if (group === undefined) return { position, why: 'after a dollar comes 1 to 9, or $$ for a dollar' };
      if (group > groups) return { position, why: `there is no group ${group} on the left` };
      parts.push(group);
    }
    position += part.length;
  }
  return parts;
}

/** Instructions × characters that may still be spent. Counted, not timed, so that the same rules always decide the same. */
export interface Effort {
  left: number;
}

/**
 * Replaces every match; undefined where that takes more than the effort left. One search takes linear time, but each match
 * begins another, which may run to the end of the text in vain: `.*!|a`.
 *
 * As in RE2, nothing is found right after a match: `.*=100` makes 100 of any number, where the library's own loop would find
 * the empty rest as well and make 100100.
 */
export function replaceAll(pattern: RE2JS, text: string, replacement: Replacement, effort: Effort): string | undefined {
  const matcher = pattern.matcher(text);
  const size = pattern.programSize();
  let result = '';
  let copied = 0;
  let lastEnd = -1;
  for (;;) {
    effort.left -= size * (text.length - copied);
    if (effort.left < 0) return undefined;
    if (!matcher.find()) return result + text.slice(copied);
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === lastEnd) continue;
    result += text.slice(copied, start);
    for (const part of replacement) result += typeof part === 'string' ? part : (matcher.group(part) ?? '');
    copied = lastEnd = end;
  }
}
