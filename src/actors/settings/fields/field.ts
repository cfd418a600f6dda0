import { nameWith } from '../../../machines/model/line-name.ts';
import type { LineOptions, OwnedLine, WrongAnswer } from '../../../machines/model/settings.ts';
import type { DialRules } from '../../ports/dial-rules.ts';
import type { HostNames } from '../../ports/host-names.ts';
import type { NewEdits } from '../../ports/line-book.ts';

/** What an answer says: it counts at once, or waits for Apply, or cannot be taken. */
export type Reading =
  | { readonly options: Partial<LineOptions> }
  | { readonly edits: NewEdits }
  | { readonly wrong: WrongAnswer };

/** Values a person entered, as a line keeps them. */
export type FieldValues = Partial<LineOptions> & NewEdits;

/** What answers are checked against. */
export interface FieldChecks {
  readonly rules: Pick<DialRules, 'check'>;
  readonly hosts: HostNames;
  /** Whether lines may be set up at addresses of this machine and of private networks. */
  readonly allowPrivateRegistrars: boolean;
  /** What the workers can code and decode, in our order of preference. */
  readonly codecs: readonly string[];
  /** IANA name, for hours given without a place. */
  readonly timeZone: string;
}

/** One value of a line that is asked for (product §3.4). */
export interface Field {
  /** What Apply would make true, for the question; undefined: nothing, or nothing to be shown. */
  current(line: OwnedLine): string | undefined;
  read(text: string, line: OwnedLine, checks: FieldChecks): Promise<Reading> | Reading;
}

/** The line as Apply would make it. */
export const withEdits = (line: OwnedLine): OwnedLine => {
  const { password, ...edits } = line.pending;
  const name = edits.login === undefined ? line.name : nameWith(line, edits.login);
  return { ...line, ...edits, name, hasPassword: line.hasPassword || password === true };
};

/** A lone dash takes a value away, where there need not be one. */
export const isDash = (text: string): boolean => /^[-–—]$/.test(text.trim());

/** In signs as people count them, not in the units of JavaScript. */
export const lengthOf = (text: string): number => Array.from(text).length;
