import type { EpochMs } from '../../machines/model/ids.ts';
import type { Hints } from '../ports/hints.ts';
import type { LineBook } from '../ports/line-book.ts';
import type { Templates } from '../ports/templates.ts';
import { noteTemplate } from './handlers/template-revision.ts';
import type { Saying } from './handlers.ts';

export interface TemplateNoticesParts {
  readonly book: Pick<LineBook, 'owners' | 'of'>;
  readonly templates: Templates;
  readonly hints: Hints;
  readonly say: (saying: Saying) => Promise<unknown>;
}

/**
 * Tells owners, once each, of templates that say something else than when they chose them (product §3.10). The catalogue is
 * read when the service starts, so that is when to ask. What lines have of a template stays as it is.
 */
export async function tellOfChangedTemplates(parts: TemplateNoticesParts, at: EpochMs): Promise<void> {
  const { book, templates, hints, say } = parts;
  for (const { owner } of await book.owners()) {
    for (const line of await book.of(owner)) {
      const template = line.owner === owner ? templates.find(line.template ?? '') : undefined;
      if (!template || !(await noteTemplate(hints, { owner, line: line.id, template }, at))) continue;
      await say({ to: owner, notice: { kind: 'template-changed', lineName: line.name, template: template.name } });
    }
  }
}
