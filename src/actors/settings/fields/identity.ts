import type { AskedField, OwnedLine } from '../../../machines/model/settings.ts';
import { type Field, lengthOf, type Reading, withEdits } from './field.ts';

const longestName = 32;
const longestCredential = 128;

/** Line breaks would leave their place in a header or a notification; directions would turn round what follows them. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

const wrong = (field: AskedField): Reading => ({ wrong: { kind: 'field', field } });

/** What a line is called before anybody named it. */
export const automaticName = (number: number): string => `Line ${number}`;

/** Nobody chose it: it is the number it was made with, or its login. */
const isAutomatic = (line: OwnedLine): boolean =>
  /^Line \d+$/.test(line.name) || line.name === nameOfLogin(withEdits(line).login);

const nameOfLogin = (text: string): string => Array.from(text).slice(0, longestName).join('');

export const name: Field = {
  current: (line) => line.name,
  read: (text) => {
    const value = text.trim();
    if (unprintable.test(value) || !visible.test(value) || lengthOf(value) > longestName) return wrong('name');
    return { options: { name: value } };
  },
};

export const login: Field = {
  current: (line) => withEdits(line).login || undefined,
  read: (text, line) => {
    const value = text.trim();
    if (unprintable.test(value) || /\s/.test(value) || !visible.test(value) || lengthOf(value) > longestCredential) {
      return wrong('login');
    }
    return { edits: { login: value }, ...(isAutomatic(line) && { options: { name: nameOfLogin(value) } }) };
  },
};

export const password: Field = {
  current: () => undefined,
  read: (text) => {
    if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text) || text.trim() === '' || lengthOf(text) > longestCredential) {
      return wrong('password');
    }
    return { edits: { password: text } };
  },
};
