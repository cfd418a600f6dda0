import { quietHoursText } from '../../../machines/model/quiet-hours.ts';
import type { OwnedLine, WrongAnswer } from '../../../machines/model/settings.ts';
import { withEdits } from '../fields/field.ts';

/** What a text says about a line; a password is nothing a text may hold. */
export const lineKeys = [
  'login',
  'domain',
  'proxy',
  'protocol',
  'template',
  'worker',
  'codecs',
  'dtmf',
  'rules',
  'recording',
  'quiet',
] as const;
export type LineKey = (typeof lineKeys)[number];

/** One line as a text has it. `at`: places in the text, from 1. */
export interface LineSection {
  readonly name: string;
  readonly at: number;
  readonly entries: readonly { readonly key: LineKey; readonly value: string; readonly at: number }[];
}

type WrongImport = Extract<WrongAnswer, { kind: 'import' }>;
export type ReadLines =
  | { readonly sections: readonly LineSection[]; readonly wrong?: undefined }
  | { readonly wrong: WrongImport };

/** UTF-16 units; Telegram sends no longer message. */
const longestText = 4_096;
const mostSections = 20;

/** A line as text (B-13): a section with its name, then `key = value`. What is empty is left out. */
export function writeLine(line: OwnedLine): string {
  const {
    name,
    login,
    domain,
    proxy,
    transport,
    worker,
    template,
    codecs,
    dtmfMethods,
    dialRules,
    recording,
    quietHours,
  } = withEdits(line);
  const values: Readonly<Record<LineKey, string>> = {
    login,
    domain,
    proxy,
    protocol: transport,
    template: template ?? '',
    worker: worker === 'auto' ? '' : worker,
    codecs: codecs.join(','),
    dtmf: dtmfMethods.join(','),
    rules: dialRules,
    recording: recording ? 'on' : '',
    quiet: quietHours ? quietHoursText(quietHours) : '',
  };
  const said = lineKeys.filter((key) => values[key] !== '').map((key) => `${key} = ${values[key]}`);
  return [`[${name}]`, ...said].join('\n');
}

/** Reads what `writeLine` wrote, any number of lines, with empty ones and comments (`#`, `;`) between them. */
export function readLines(text: string): ReadLines {
  if (text.length > longestText) return wrong(1, 'too-long', '');
  const sections: { name: string; at: number; entries: LineSection['entries'][number][] }[] = [];
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const at = index + 1;
    const row = raw.trim();
    if (row === '' || row.startsWith('#') || row.startsWith(';')) continue;
    const name = /^\[(.*)\]$/u.exec(row)?.[1];
    if (name !== undefined) {
      if (sections.length >= mostSections) return wrong(at, 'too-long', row);
      sections.push({ name: name.trim(), at, entries: [] });
      continue;
    }
    const section = sections.at(-1);
    const split = row.indexOf('=');
    const word = row.slice(0, Math.max(0, split)).trim().toLowerCase();
    const key = lineKeys.find((known) => known === word);
    if (!section || !key || section.entries.some((entry) => entry.key === key)) {
      return wrong(at, 'unknown-key', keyOf(row));
    }
    section.entries.push({ key, value: row.slice(split + 1).trim(), at });
  }
  return sections.length > 0 ? { sections } : wrong(1, 'empty', '');
}

/** What says a password, as people and other programs write it, wherever it stands; it need not look like a setting. */
const password =
  /(?<![\p{L}\p{N}])(?:password|passwort|passwd|pass|pwd|secret|пароль|contraseña)(?:[ \t]*[=:]|[ \t]+\S)/iu;

/** Whether somebody wrote a password into a text to be imported, where none belongs. */
export const saysPassword = (text: string): boolean => password.test(text);

/** Of a row only what looks like a key is said again: anything else, a value as well, may be a secret. */
const keyOf = (row: string): string => /^[a-z][a-z-]{0,15}(?=\s*[=:])/i.exec(row)?.[0] ?? '';

export const wrong = (line: number, why: WrongImport['why'], text: string): { readonly wrong: WrongImport } => ({
  wrong: { kind: 'import', line, why, text: Array.from(text).slice(0, 64).join('') },
});
