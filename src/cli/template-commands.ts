import type { Template, Templates } from '../actors/ports/templates.ts';
import { dialRules } from '../adapters/dial-rules/dial-rules.ts';
import { checkTemplates, readTemplates, shippedTemplates } from '../adapters/templates/catalogue.ts';

export const templateUsage = `\
  template list             operators people can choose from; your own lie in TEMPLATES_DIR
  template check [<file>…]  whether these files, or all templates, can be used`;

/** These need no database. @throws WrongTemplates */
export const templateCommands: Readonly<Record<string, (words: readonly string[]) => Promise<string>>> = {
  'template list': async () => catalogue().all().map(row).join('\n'),
  'template check': async (files) => {
    const found = (files.length > 0 ? checkTemplates(files, dialRules) : catalogue()).all();
    return `${found.length} ${found.length === 1 ? 'template is' : 'templates are'} right: ${found.map(({ id }) => id).join(', ')}`;
  },
};

/** Those that come with the product, and the installation's own. */
const catalogue = (): Templates =>
  readTemplates([shippedTemplates, ...(process.env.TEMPLATES_DIR ? [process.env.TEMPLATES_DIR] : [])], dialRules);

const row = ({ id, name, country, domain, transports }: Template): string =>
  [`${id}: ${name}`, country, domain, transports.join('/')].filter(Boolean).join('  ');
