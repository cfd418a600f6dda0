import type { AskedField, OwnedLine } from '../../../machines/model/settings.ts';
import { withEdits } from '../fields/field.ts';
import { fields } from '../fields/fields.ts';
import type { AnswerHandlers, Next, PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { isFixed, loginHint } from '../template-fields.ts';
import { forOwner, lineScreen } from './owned.ts';

/** A value is asked for in the chat (product §3.2). */
export const askHandlers = (parts: SettingsParts): PressHandlers<'ask'> => ({
  ask: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const template = parts.templates.find(withEdits(line).template ?? '');
      if (isFixed(template, press.field)) return lineScreen(parts, visitor, line.id);
      const question = { kind: 'field', line: line.id, field: press.field } as const;
      const hint = press.field === 'login' ? loginHint(template, visitor.language) : undefined;
      const current = fields[press.field].current(line);
      return { question, screen: { kind: 'question', question, lineName: withEdits(line).name, hint, current } };
    }),
});

/** The answer to such a question: judged as the line is now, and by who owns it now. */
export const fieldAnswers = (parts: SettingsParts): AnswerHandlers<'field'> => ({
  field: async (visitor, { line: id, field }, text) => {
    const line = await parts.lines.find(id);
    if (line?.owner !== visitor.user) return { screen: await parts.screens.lines(visitor, { kind: 'not-yours' }) };
    const reading = await fields[field].read(text, line, parts.checks);
    if ('wrong' in reading) return { wrong: reading.wrong };
    if ('options' in reading) {
      await parts.lines.change(visitor.user, id, reading.options);
      return lineScreen(parts, visitor, id);
    }
    const edited = await parts.lines.edit(visitor.user, id, reading.edits, visitor.at);
    return afterEdit(parts, visitor, edited ?? line, field);
  },
});

/** Rules are shown one by one before they count (product §4). */
async function afterEdit(parts: SettingsParts, visitor: Visitor, line: OwnedLine, field: AskedField): Promise<Next> {
  const { dialRules } = line.pending;
  const check = field === 'rules' && dialRules ? parts.checks.rules.check(dialRules) : undefined;
  if (!check?.ok) return lineScreen(parts, visitor, line.id);
  return { screen: { kind: 'rules', line: line.id, rules: check.rules } };
}
