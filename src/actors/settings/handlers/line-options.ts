import { type Transport, transports } from '../../../machines/model/settings.ts';
import { withEdits } from '../fields/field.ts';
import type { PressHandlers } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { isFixed } from '../template-fields.ts';
import { forOwner, lineScreen } from './owned.ts';

/** What one press changes (product §3.2). */
export const optionHandlers = (parts: SettingsParts): PressHandlers<'recording' | 'protocol'> => ({
  recording: (visitor, press) =>
    forOwner(parts, visitor, press.line, async ({ id, recording }) => {
      const isAllowed = recording || (await parts.plans.planOf(visitor.user)).recording;
      if (!isAllowed) return lineScreen(parts, visitor, id, { kind: 'not-in-plan', what: 'recording' });
      await parts.lines.change(visitor.user, id, { recording: !recording });
      return lineScreen(parts, visitor, id);
    }),

  protocol: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const { transport: now, template: id } = withEdits(line);
      const template = parts.templates.find(id ?? '');
      const transport = next(now, template?.transports ?? transports);
      if (transport !== now && !isFixed(template, 'protocol')) {
        await parts.lines.edit(visitor.user, line.id, { transport }, visitor.at);
      }
      return lineScreen(parts, visitor, line.id);
    }),
});

/** The one after it, of those there are. */
function next(now: Transport, available: readonly Transport[]): Transport {
  const after = [...transports.slice(transports.indexOf(now) + 1), ...transports];
  return after.find((transport) => available.includes(transport)) ?? now;
}
