import { type Field, withEdits } from './field.ts';

export const rules: Field = {
  current: (line) => withEdits(line).dialRules || undefined,
  read: (text, _, { rules: dialRules }) => {
    const written = text.trim();
    if (written === '') return { wrong: { kind: 'field', field: 'rules' } };
    const check = dialRules.check(written);
    if (check.ok) return { edits: { dialRules: check.rules.length === 0 ? '' : written } };
    const { rule, position, why } = check;
    return { wrong: { kind: 'rule', rule, position, why } };
  },
};
