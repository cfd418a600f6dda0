import { withEdits } from '../fields/field.ts';
import type { PressHandlers } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { isFixed, transportsOf } from '../template-fields.ts';
import { forOwner, lineScreen } from './owned.ts';

/** What one press changes (product §3.2). */
export const optionHandlers = (parts: SettingsParts): PressHandlers<'recording' | 'protocol'> => ({
  recording: (visitor, press) =>
    forOwner(parts, visitor, press.line, async ({ id }) => {
      const isAllowed = !press.on || (await parts.plans.planOf(visitor.user)).recording;
      if (!isAllowed) return lineScreen(parts, visitor, id, { kind: 'not-in-plan', what: 'recording' });
      await parts.lines.change(visitor.user, id, { recording: press.on });
      return lineScreen(parts, visitor, id);
    }),

  protocol: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const { to: transport } = press;
      const template = parts.templates.find(withEdits(line).template ?? '');
      if (transportsOf(template).includes(transport) && !isFixed(template, 'protocol')) {
        await parts.lines.edit(visitor.user, line.id, { transport }, visitor.at);
      }
      return lineScreen(parts, visitor, line.id);
    }),
});
