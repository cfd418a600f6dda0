import { dtmfMethods } from '../../../machines/model/tone.ts';
import type { Field } from './field.ts';

export const codecs: Field = {
  current: (line) => line.codecs.join(', '),
  read: (text, _, { codecs: known }) => {
    const words = wordsOf(text);
    const unknown = words.find((word) => !known.includes(word));
    // Of something long only its beginning is said again.
    if (unknown !== undefined) return { wrong: { kind: 'unknown-codec', word: unknown.slice(0, 32), known } };
    return words.length > 0 ? { options: { codecs: words } } : { wrong: { kind: 'field', field: 'codecs' } };
  },
};

export const dtmf: Field = {
  current: (line) => line.dtmfMethods.join(', '),
  read: (text) => {
    const words = wordsOf(text);
    const methods = words.flatMap((word) => dtmfMethods.find((method) => method === word) ?? []);
    if (methods.length === 0 || methods.length < words.length) return { wrong: { kind: 'field', field: 'dtmf' } };
    return { options: { dtmfMethods: methods } };
  },
};

/** Each once, in the order they were written. */
const wordsOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[\s,;]+/)
      .filter((word) => word !== ''),
  ),
];
