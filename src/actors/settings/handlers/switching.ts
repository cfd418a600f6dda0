import type { OwnedLine } from '../../../machines/model/settings.ts';
import { withEdits } from '../fields/field.ts';
import type { PressHandlers } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { forOwner, lineScreen } from './owned.ts';
import { leaveFormerChat } from './recordings-chat.ts';

/** What makes settings true, and lines come and go (product §3.4). */
export const switchingHandlers = (
  parts: SettingsParts,
): PressHandlers<'apply' | 'discard' | 'switch-on' | 'switch-off' | 'delete'> => ({
  apply: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const missing = missingOf(line);
      if (missing.length > 0) return lineScreen(parts, visitor, line.id, { kind: 'wrong-parameters', missing });
      if (line.pendingSince === undefined) return lineScreen(parts, visitor, line.id);
      await parts.lines.apply(visitor.user, line.id);
      return lineScreen(parts, visitor, line.id, { kind: 'applied' });
    }),

  discard: (visitor, press) =>
    forOwner(parts, visitor, press.line, async ({ id, pending, dialRules }) => {
      if (pending.dialRules === undefined) return lineScreen(parts, visitor, id);
      // A template that waits as well brought rules of its own.
      const before = parts.templates.find(pending.template ?? '')?.dialRules ?? dialRules;
      await parts.lines.edit(visitor.user, id, { dialRules: before }, visitor.at);
      return lineScreen(parts, visitor, id, { kind: 'rules-discarded' });
    }),

  'switch-on': (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const missing = missingOf(line);
      if (missing.length > 0) return lineScreen(parts, visitor, line.id, { kind: 'wrong-parameters', missing });
      await parts.lines.switch(visitor.user, line.id, true);
      return lineScreen(parts, visitor, line.id, { kind: 'switched-on' });
    }),

  'switch-off': (visitor, { line: id, sure }) =>
    forOwner(parts, visitor, id, async (line) => {
      if (!sure) return asked(parts, line, 'switch-off');
      await parts.lines.switch(visitor.user, id, false);
      return lineScreen(parts, visitor, id, { kind: 'switched-off' });
    }),

  delete: (visitor, { line: id, sure }) =>
    forOwner(parts, visitor, id, async (line) => {
      if (!sure) return asked(parts, line, 'delete');
      await parts.lines.remove(visitor.user, id);
      await leaveFormerChat(parts, line);
      return { screen: await parts.screens.lines(visitor, { kind: 'deleted', name: withEdits(line).name }) };
    }),
});

/** What it would lack to register once its edits are applied. */
function missingOf(line: OwnedLine): ('login' | 'password' | 'domain')[] {
  const { login, hasPassword, domain } = withEdits(line);
  return [
    ...(login === '' ? (['login'] as const) : []),
    ...(hasPassword ? [] : (['password'] as const)),
    ...(domain === '' ? (['domain'] as const) : []),
  ];
}

const asked = async ({ lines }: SettingsParts, line: OwnedLine, what: 'switch-off' | 'delete') =>
  ({
    screen: { kind: 'sure', what, line: line.id, name: withEdits(line).name, calls: await lines.callsOn(line.id) },
  }) as const;
