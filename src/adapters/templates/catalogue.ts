import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DialRules } from '../../actors/ports/dial-rules.ts';
import type { Template, Templates } from '../../actors/ports/templates.ts';
import { readTemplate } from './template-file.ts';

/** Templates cannot be used; the message names each file and field, what was found and what is allowed. */
export class WrongTemplates extends Error {
  override readonly name = 'WrongTemplates';
}

/** Where the templates lie that come with the product. */
export const shippedTemplates = fileURLToPath(new URL('../../../templates', import.meta.url));

/** A file that is longer is no template. */
const longestFile = 64 * 1_024;

/**
 * The catalogue made of all `*.json` files of some directories: those of the first one first, each in the order of the names
 * of its templates.
 * @throws WrongTemplates naming everything that is wrong at once
 */
export const readTemplates = (directories: readonly string[], rules: Pick<DialRules, 'check'>): Templates =>
  catalogueOf(directories.map(filesOf), rules);

/** @throws WrongTemplates naming everything that is wrong at once */
export const checkTemplates = (files: readonly string[], rules: Pick<DialRules, 'check'>): Templates =>
  catalogueOf([files], rules);

function catalogueOf(groups: readonly (readonly string[])[], rules: Pick<DialRules, 'check'>): Templates {
  const troubles: string[] = [];
  const places = new Map<string, string>();
  const templates: Template[] = [];
  for (const files of groups) {
    const group = files.flatMap((file) => {
      const { template, troubles: found } = readTemplate(contentOf(file), rules);
      if (!template) {
        troubles.push(...found.map((trouble) => `${file}: ${trouble}`));
        return [];
      }
      const other = places.get(template.id);
      if (other !== undefined) {
        troubles.push(
          `${file}: id: found "${template.id}", which ${other} has already; allowed is one that no other has`,
        );
        return [];
      }
      places.set(template.id, file);
      return [template];
    });
    templates.push(...group.toSorted((a, b) => a.name.localeCompare(b.name, 'en')));
  }
  if (troubles.length > 0) throw new WrongTemplates(`The templates are wrong:\n  ${troubles.join('\n  ')}`);
  const byId = new Map(templates.map((template) => [template.id, template]));
  return { all: () => templates, find: (id) => byId.get(id) };
}

function filesOf(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
    return names.toSorted().map((name) => join(directory, name));
  } catch (cause) {
    throw new WrongTemplates(`The templates cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function contentOf(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > longestFile) throw new Error(`found ${size} bytes, allowed are ${longestFile}`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WrongTemplates(`The template ${basename(file)} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
