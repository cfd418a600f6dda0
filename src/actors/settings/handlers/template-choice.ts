import { blankOptions, blankSettings } from '../../../machines/model/blank-line.ts';
import type { LineOptions, OwnedLine } from '../../../machines/model/settings.ts';
import type { NewEdits } from '../../ports/line-book.ts';
import type { Template } from '../../ports/templates.ts';
import { withEdits } from '../fields/field.ts';

/** What somebody may have filled in himself. */
const filled = ['domain', 'proxy', 'transport', 'dialRules', 'codecs', 'dtmfMethods'] as const;
const blank = { ...blankSettings, ...blankOptions };

/** What a choice of this template changes: some at once, some at Apply. Login and password are left alone. */
export function choiceOf(
  template: Template,
  line: OwnedLine,
  former: Template | undefined,
): { readonly atOnce: Partial<LineOptions>; readonly edits: NewEdits } {
  const { codecs, dtmfMethods, domain, proxy, dialRules, transports } = template;
  const now = withEdits(line);
  const transport = template.transport ?? (transports.includes(now.transport) ? undefined : transports[0]);
  const isWorkerLost = former?.workers.includes(now.worker) === true && !template.workers.includes(now.worker);
  return {
    atOnce: { ...(codecs && { codecs }), ...(dtmfMethods && { dtmfMethods }) },
    edits: {
      template: template.id,
      // A domain brings its proxy along: that of another operator would not know it.
      ...(domain !== undefined && { domain, proxy: proxy ?? '' }),
      ...(domain === undefined && proxy !== undefined && { proxy }),
      ...(transport !== undefined && { transport }),
      ...(dialRules !== undefined && { dialRules }),
      ...(isWorkerLost && { worker: 'auto' }),
    },
  };
}

/** Whether the choice puts something else in the place of what somebody filled in. */
export function replaces({ atOnce, edits }: ReturnType<typeof choiceOf>, line: OwnedLine): boolean {
  const now = withEdits(line);
  const then = { ...edits, ...atOnce };
  return filled.some((field) => {
    const next = then[field];
    return next !== undefined && !same(next, now[field]) && !same(now[field], blank[field]);
  });
}

const same = (one: string | readonly string[], other: string | readonly string[]): boolean =>
  String(one) === String(other);
