import { longestName } from '../../../machines/model/line-name.ts';
import type { AskedField } from '../../../machines/model/settings.ts';
import { type Field, lengthOf, type Reading, withEdits } from './field.ts';

const longestCredential = 128;

/** Line breaks would leave their place in a header or a notification; directions would turn round what follows them. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

const wrong = (field: AskedField): Reading => ({ wrong: { kind: 'field', field } });

export const name: Field = {
  current: (line) => withEdits(line).name,
  read: (text) => {
    const value = text.trim();
    if (unprintable.test(value) || !visible.test(value) || lengthOf(value) > longestName) return wrong('name');
    return { options: { name: value } };
  },
};

export const login: Field = {
  current: (line) => withEdits(line).login || undefined,
  read: (text) => {
    const value = text.trim();
    if (unprintable.test(value) || /\s/.test(value) || !visible.test(value) || lengthOf(value) > longestCredential) {
      return wrong('login');
    }
    return { edits: { login: value } };
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
