import type { EpochMs, LineId, UserId } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Hints } from '../../ports/hints.ts';
import type { Template, Templates } from '../../ports/templates.ts';
import { withEdits } from '../fields/field.ts';

interface Choice {
  readonly owner: UserId;
  readonly line: LineId;
  readonly template: Template;
}

/**
 * Notes what a template says as known to the owner of a line that has it.
 * @returns whether it says something else than what was noted before; false when nothing was noted yet
 */
export async function noteTemplate(hints: Hints, { owner, line, template }: Choice, at: EpochMs): Promise<boolean> {
  const isFirst = await hints.isDue(owner, `template ${line} ${template.id}`, at, Infinity);
  const isNew = await hints.isDue(owner, `template ${line} ${template.id} ${revisionOf(template)}`, at, Infinity);
  return isNew && !isFirst;
}

/** Notes what the template of a line says now, if it has one, as known to its owner: he chose it, or got the line with it. */
export async function noteTemplateOf(
  { hints, templates }: { readonly hints: Hints; readonly templates: Templates },
  line: OwnedLine,
  at: EpochMs,
): Promise<void> {
  const template = templates.find(withEdits(line).template ?? '');
  if (template) await noteTemplate(hints, { owner: line.owner, line: line.id, template }, at);
}

/** Another one when the template fills in something else. Names and hints are no settings. FNV-1a. */
function revisionOf({ name: _, country: __, loginHint: ___, ...settings }: Template): string {
  let hash = 0x811c9dc5;
  for (const code of Buffer.from(JSON.stringify(settings))) hash = Math.imul(hash ^ code, 0x01000193);
  return (hash >>> 0).toString(16);
}
