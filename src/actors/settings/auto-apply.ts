import { appliesAt, autoApplyKind, lineAddressPrefix } from '../../machines/model/auto-apply.ts';
import { LineId } from '../../machines/model/ids.ts';
import type { Deadline } from '../ports/deadlines.ts';
import type { LineBook } from '../ports/line-book.ts';

/**
 * Edits that nobody applies apply by themselves, also when the process that took them is gone by then.
 *
 * @returns whether the deadline is that of edits
 * @throws what the line book throws: the deadline is told again then
 */
export async function applyOverdue(
  lines: Pick<LineBook, 'apply' | 'find'>,
  { address, kind, dueAt }: Deadline,
): Promise<boolean> {
  if (kind !== autoApplyKind || !address.startsWith(lineAddressPrefix)) return false;
  const line = await lines.find(LineId(address.slice(lineAddressPrefix.length)));
  // A deadline told late is not that of edits made since.
  if (line?.pendingSince !== undefined && appliesAt(line.pendingSince) <= dueAt) await lines.apply('timer', line.id);
  return true;
}
