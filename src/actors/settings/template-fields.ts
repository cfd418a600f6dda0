import { type AppliedSettings, type AskedField, type Transport, transports } from '../../machines/model/settings.ts';
import type { Template } from '../ports/templates.ts';
import type { FieldValues } from './fields/field.ts';

/** How a template names what it may fix, and where it says it. */
const names = {
  domain: ['domain', 'domain'],
  proxy: ['proxy', 'proxy'],
  codecs: ['codecs', 'codecs'],
  dtmf: ['dtmf', 'dtmfMethods'],
  rules: ['rules', 'dialRules'],
  protocol: ['protocol', 'transport'],
} as const satisfies Partial<Record<AskedField | 'protocol', readonly [string, keyof Template]>>;

type Fixable = keyof typeof names;

/** Whether a template says what this is, and lets nobody say otherwise (product §3.5). */
export function isFixed(template: Template | undefined, field: AskedField | 'protocol'): boolean {
  if (template?.editable === undefined || !(field in names)) return false;
  const [name, value] = names[field as Fixable];
  return !template.editable.includes(name) && template[value] !== undefined;
}

/** Whether a template fixes what this is, and to something else than these values say. */
export function contradicts(template: Template | undefined, field: string, values: FieldValues): boolean {
  if (!template || !(field in names)) return false;
  const [, value] = names[field as Fixable];
  return isFixed(template, field as Fixable) && String(values[value]) !== String(template[value]);
}

/** What a template says of what it fixes: a line that has the template has it. */
export function fixedValues(template: Template): FieldValues {
  const fixed = (Object.keys(names) as Fixable[]).filter((field) => isFixed(template, field));
  return Object.fromEntries(fixed.map((field) => [names[field][1], template[names[field][1]]]));
}

/** What of a line nobody can change; the protocol also where the template has no other. */
export function fixedFields(
  template: Template | undefined,
  { transport }: Pick<AppliedSettings, 'transport'>,
): readonly (AskedField | 'transport')[] {
  const isOnly = template?.transports.every((other) => other === transport) === true;
  return [
    ...(['domain', 'proxy'] as const).filter((field) => isFixed(template, field)),
    ...(isOnly || isFixed(template, 'protocol') ? (['transport'] as const) : []),
    ...(['codecs', 'dtmf', 'rules'] as const).filter((field) => isFixed(template, field)),
  ];
}

/** What a template leaves to choose from, in the order in which one press follows the other. */
export const transportsOf = (template: Template | undefined): readonly Transport[] =>
  transports.filter((transport) => template?.transports.includes(transport) ?? true);

/** The one after it, of those there are. */
export function nextTransport(template: Template | undefined, now: Transport): Transport {
  const available = transportsOf(template);
  const after = available.find((transport) => transports.indexOf(transport) > transports.indexOf(now));
  return after ?? available[0] ?? now;
}

/** How a login looks at this operator, in the language of an IETF tag; in English where the template has no other. */
export const loginHint = (template: Template | undefined, language = 'en'): string | undefined =>
  template?.loginHint?.[language.split('-', 1)[0]?.toLowerCase() ?? ''] ?? template?.loginHint?.en;
