import type { LineId } from '../../../machines/model/ids.ts';
import { withEdits } from '../fields/field.ts';
import type { PressHandlers } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { forOwner } from './owned.ts';
import { choiceOf, replaces } from './template-choice.ts';
import { noteTemplateOf } from './template-revision.ts';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'templates' | 'hints'>;

/** The catalogue of operators (product §3.5). */
export const templateHandlers = (parts: Parts): PressHandlers<'templates' | 'template'> => ({
  templates: (visitor, press) => forOwner(parts, visitor, press.line, async ({ id }) => ({ screen: list(parts, id) })),

  template: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const template = parts.templates.find(press.template);
      // Another catalogue since the list was drawn.
      if (!template) return { screen: list(parts, line.id) };
      const choice = choiceOf(template, line, parts.templates.find(withEdits(line).template ?? ''));
      if (!press.sure && replaces(choice, line)) {
        const { id, name } = template;
        return { screen: { kind: 'sure-template', line: line.id, template: id, name } };
      }
      await parts.lines.change(visitor.user, line.id, choice.atOnce);
      const edited = await parts.lines.edit(visitor.user, line.id, choice.edits, visitor.at);
      if (edited) await noteTemplateOf(parts, edited, visitor.at);
      return { screen: await parts.screens.line(visitor, line.id) };
    }),
});

const list = ({ templates }: Parts, line: LineId) => ({
  kind: 'templates' as const,
  line,
  templates: templates.all().map(({ id, name, country }) => ({ id, name, country })),
});
