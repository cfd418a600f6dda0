import type { LineId } from '../../../machines/model/ids.ts';
import type { OwnedLine, Remark } from '../../../machines/model/settings.ts';
import type { Next, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';

/** Does something for a line's owner; anybody else gets the list of his lines. */
export async function forOwner(
  { lines, screens }: Pick<SettingsParts, 'lines' | 'screens'>,
  visitor: Visitor,
  line: LineId,
  does: (line: OwnedLine) => Promise<Next>,
): Promise<Next> {
  const found = await lines.find(line);
  if (found?.owner === visitor.user) return does(found);
  return { screen: await screens.lines(visitor, { kind: 'not-yours' }) };
}

/** The line's screen, with what is to be said about it. */
export const lineScreen = async (
  { screens }: Pick<SettingsParts, 'screens'>,
  visitor: Visitor,
  line: LineId,
  remark?: Remark,
): Promise<Next> => ({ screen: await screens.line(visitor, line, remark) });
