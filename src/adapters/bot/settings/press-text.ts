import type { SettingsPress } from '../../../machines/model/settings.ts';

type Kind = SettingsPress['do'];
type FieldOf<Wanted extends Kind, Press = SettingsPress> = Press extends { do: Kind }
  ? Wanted extends Press['do']
    ? Exclude<keyof Press, 'do'>
    : never
  : never;
type Field = FieldOf<Kind>;

/** One or two letters for each press, and what follows them, in order. A letter never gets another meaning. */
const forms = {
  lines: ['l', 'page'],
  new: ['n'],
  cancel: ['c'],
  workers: ['w'],
  import: ['i'],
  'language-list': ['g'],
  callback: ['b', 'on'],
  language: ['gs', 'language'],
  line: ['L', 'line'],
  ask: ['a', 'line', 'field'],
  try: ['t', 'line'],
  recording: ['R', 'line', 'on'],
  protocol: ['P', 'line', 'to'],
  templates: ['T', 'line'],
  template: ['m', 'line', 'sure', 'template'],
  'line-workers': ['W', 'line'],
  worker: ['v', 'line', 'worker'],
  chat: ['h', 'line'],
  'chat-clear': ['hc', 'line'],
  user: ['u', 'line'],
  unlink: ['uc', 'line'],
  apply: ['A', 'line'],
  discard: ['D', 'line'],
  'switch-on': ['1', 'line'],
  'switch-off': ['0', 'line', 'sure'],
  delete: ['x', 'line', 'sure'],
  transfer: ['o', 'line'],
  'transfer-back': ['ob', 'line'],
  export: ['e', 'line'],
  'test-call': ['y', 'line'],
  take: ['k', 'offer'],
  hosts: ['H'],
  host: ['Hh', 'host'],
  drain: ['Hd', 'on', 'host'],
} as const satisfies { readonly [One in Kind]: readonly [letters: string, ...fields: FieldOf<One>[]] };

type Forgotten = { [One in Kind]: Exclude<FieldOf<One>, (typeof forms)[One][number]> }[Kind];
/** Does not compile when a press has a field that would get lost. */
const formOf: [Forgotten] extends [never] ? Readonly<Record<Kind, readonly [string, ...Field[]]>> : Forgotten = forms;

const byLetters = new Map(
  Object.entries(formOf).map(([name, [letters, ...fields]]) => [letters, { name, fields }] as const),
);

type Value = string | boolean | number | undefined;

/** A press as short text. Only the last of its fields may have a colon. */
export function pressText(press: SettingsPress): string {
  const [letters, ...fields] = formOf[press.do];
  const values: Readonly<Record<string, Value>> = { ...press };
  return [letters, ...fields.map((field) => written(values[field]))].join(':');
}

/** Undefined: no press. What it holds is no better than its source: check that first. */
export function pressOf(text: string): SettingsPress | undefined {
  const [letters = '', ...parts] = text.split(':');
  const form = byLetters.get(letters);
  if (!form || parts.length < form.fields.length || (form.fields.length === 0 && parts.length > 0)) return undefined;
  const last = form.fields.length - 1;
  const values = form.fields.flatMap((field, place) => {
    const value = read(field, place === last ? parts.slice(place).join(':') : (parts[place] ?? ''));
    return value === undefined ? [] : [[field, value] as const];
  });
  // The table above is what makes it one.
  return { do: form.name, ...Object.fromEntries(values) } as SettingsPress;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID takes 23 bytes instead of 36. */
function written(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  const text = String(value);
  if (uuid.test(text)) return `~${Buffer.from(text.replaceAll('-', ''), 'hex').toString('base64url')}`;
  return text.startsWith('~') ? `~${text}` : text;
}

function read(field: Field, text: string): Value {
  if (field === 'on' || field === 'sure') return text === '1';
  if (field === 'page') return text === '' ? undefined : Number(text);
  if (!text.startsWith('~')) return text;
  if (text.startsWith('~~')) return text.slice(1);
  const hex = Buffer.from(text.slice(1), 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
