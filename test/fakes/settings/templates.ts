import type { Template, Templates } from '../../../src/actors/ports/templates.ts';

/** A thin catalogue. */
export class ListedTemplates implements Templates {
  readonly #templates: readonly Template[];

  constructor(...templates: readonly Template[]) {
    this.#templates = templates;
  }

  all() {
    return this.#templates;
  }

  find(id: string) {
    return this.#templates.find((template) => template.id === id);
  }
}

/** A template that says nothing but its name, and what the test adds. */
export const template = (id: string, says: Partial<Template> = {}): Template => ({
  id,
  name: id,
  country: undefined,
  domain: undefined,
  proxy: undefined,
  transport: undefined,
  transports: ['udp', 'tcp', 'tls'],
  codecs: undefined,
  dtmfMethods: undefined,
  dialRules: undefined,
  workers: [],
  loginHint: undefined,
  editable: undefined,
  ...says,
});
