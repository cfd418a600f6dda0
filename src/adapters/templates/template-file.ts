import { z } from 'zod';
import type { DialRules } from '../../actors/ports/dial-rules.ts';
import type { Template } from '../../actors/ports/templates.ts';
import { readServerAddress } from '../../machines/model/server-address.ts';
import { transports } from '../../machines/model/settings.ts';
import { dtmfMethods } from '../../machines/model/tone.ts';

const codecs = ['opus', 'alaw', 'mulaw', 'g722', 'gsm'] as const;
const languages = ['en', 'ru', 'uk', 'es'] as const;
const fields = ['domain', 'proxy', 'protocol', 'codecs', 'dtmf', 'rules', 'worker'] as const;

/** In order of preference: the second of two equals would never be reached. */
const someOf = <const Word extends string>(words: readonly Word[]) =>
  z
    .array(z.enum(words))
    .min(1)
    .refine((list) => new Set(list).size === list.length);
const listOf = (words: readonly string[]) => `a list from ${words.join(', ')}, each once`;
/** As an answer in the settings bot is read and kept. */
const address = z.string().transform((text, context) => {
  const read = readServerAddress(text);
  if (!read) context.addIssue('no address');
  return read?.text ?? '';
});
const hint = z.string().min(1).max(120);

/** A key of a template: what it accepts, in code and in words. What is absent is left as the line has it. */
const keys = {
  id: { accepts: z.string().regex(/^[a-z0-9-]{1,16}$/), allowed: '1 to 16 characters a-z, 0-9 or -' },
  name: {
    accepts: z
      .string()
      .max(32)
      .regex(/^[^\p{Cc}\s]([^\p{Cc}]*[^\p{Cc}\s])?$/u),
    allowed: '1 to 32 characters',
  },
  country: {
    accepts: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
    allowed: 'two letters such as DE (ISO 3166)',
  },
  domain: { accepts: address.optional(), allowed: 'host or host:port' },
  proxy: { accepts: address.optional(), allowed: 'host or host:port' },
  protocol: { accepts: z.enum(transports).optional(), allowed: transports.join(', ') },
  protocols: { accepts: someOf(transports).optional(), allowed: listOf(transports) },
  codecs: { accepts: someOf(codecs).optional(), allowed: listOf(codecs) },
  dtmf: { accepts: someOf(dtmfMethods).optional(), allowed: listOf(dtmfMethods) },
  rules: { accepts: z.string().optional(), allowed: 'dial rules' },
  workers: { accepts: z.array(z.string().min(1).max(27)).default([]), allowed: 'a list of ids of operator workers' },
  login: {
    accepts: z.strictObject({ en: hint, ru: hint.optional(), uk: hint.optional(), es: hint.optional() }).optional(),
    allowed: `an object of texts, 1 to 120 characters, by language (${languages.join(', ')}); en is needed`,
  },
  editable: { accepts: z.array(z.enum(fields)).optional(), allowed: `a list from ${fields.join(', ')}` },
  source: { accepts: z.url().max(512).optional(), allowed: 'the address of the operator’s documentation' },
} satisfies Record<string, { readonly accepts: z.ZodType; readonly allowed: string }>;
type Values = { readonly [Key in keyof typeof keys]: z.infer<(typeof keys)[Key]['accepts']> };

/** One template as it stands in a file, or everything that is wrong with it: field, what was found, what is allowed. */
export type ReadTemplate =
  | { readonly template: Template; readonly troubles?: undefined }
  | { readonly template?: undefined; readonly troubles: readonly string[] };

export function readTemplate(text: string, rules: Pick<DialRules, 'check'>): ReadTemplate {
  const parsed = objectOf(text);
  if (typeof parsed === 'string') return { troubles: [parsed] };
  const troubles = Object.keys(parsed)
    .filter((key) => !Object.hasOwn(keys, key))
    .map((key) => `${short(key)}: no such field, allowed are ${Object.keys(keys).join(', ')}`);
  const found: Record<string, unknown> = {};
  for (const [key, { accepts, allowed }] of Object.entries(keys)) {
    const result = accepts.safeParse(parsed[key]);
    if (result.success) found[key] = result.data;
    else troubles.push(`${key}: found ${short(parsed[key])}, allowed is ${allowed}`);
  }
  const values = found as Values;
  troubles.push(...contradictions(values, rules));
  return troubles.length > 0 ? { troubles } : { template: templateOf(values) };
}

function objectOf(text: string): Record<string, unknown> | string {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'found something else, allowed is a JSON object';
  } catch (error) {
    return `no JSON: ${(error as Error).message}`;
  }
}

function contradictions({ protocol, protocols, rules: text }: Values, rules: Pick<DialRules, 'check'>): string[] {
  const troubles: string[] = [];
  if (protocol && protocols && !protocols.includes(protocol)) {
    troubles.push(`protocol: found "${protocol}", allowed is one of protocols: ${protocols.join(', ')}`);
  }
  const check = rules.check(text ?? '=');
  if (!check.ok) {
    troubles.push(`rules: the rule ${short(check.rule)} is refused at character ${check.position + 1}: ${check.why}`);
  }
  return troubles;
}

const templateOf = (values: Values): Template => ({
  id: values.id,
  name: values.name,
  country: values.country,
  domain: values.domain,
  proxy: values.proxy,
  transport: values.protocol,
  transports: values.protocols ?? transports,
  codecs: values.codecs,
  dtmfMethods: values.dtmf,
  dialRules: values.rules === '=' ? '' : values.rules,
  workers: values.workers,
  loginHint: values.login && hintsOf(values.login),
  editable: values.editable,
});

const hintsOf = (login: NonNullable<Values['login']>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(login).filter((entry): entry is [string, string] => entry[1] !== undefined));

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};
