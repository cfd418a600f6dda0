import type { SettingsPress } from '../../../machines/model/settings.ts';

/** One or two letters for each press, and what follows them, in order. A letter never gets another meaning. */
const forms: Readonly<Record<SettingsPress['do'], readonly [letters: string, ...fields: Field[]]>> = {
  lines: ['l'],
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
  recording: ['r', 'line'],
  protocol: ['p', 'line'],
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
};

type Field = 'line' | 'on' | 'sure' | 'field' | 'language' | 'template' | 'worker' | 'offer';

const byLetters = new Map(
  Object.entries(forms).map(([name, [letters, ...fields]]) => [letters, { name, fields }] as const),
);

/** A press as short text. Only the last of its fields may have a colon. */
export function pressText(press: SettingsPress): string {
  const [letters, ...fields] = forms[press.do];
  const values: Readonly<Record<string, unknown>> = { ...press };
  return [letters, ...fields.map((field) => written(values[field]))].join(':');
}

/** Undefined: no press. What it holds is no better than its source: check that first. */
export function pressOf(text: string): SettingsPress | undefined {
  const [letters = '', ...parts] = text.split(':');
  const form = byLetters.get(letters);
  if (!form || parts.length < form.fields.length || (form.fields.length === 0 && parts.length > 0)) return undefined;
  const last = form.fields.length - 1;
  const values = form.fields.map((field, place) => [
    field,
    read(field, place === last ? parts.slice(place).join(':') : (parts[place] ?? '')),
  ]);
  // The table above is what makes it one.
  return { do: form.name, ...Object.fromEntries(values) } as SettingsPress;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID takes 23 bytes instead of 36. */
function written(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  const text = String(value);
  if (uuid.test(text)) return `~${Buffer.from(text.replaceAll('-', ''), 'hex').toString('base64url')}`;
  return text.startsWith('~') ? `~${text}` : text;
}

function read(field: Field, text: string): string | boolean {
  if (field === 'on' || field === 'sure') return text === '1';
  if (!text.startsWith('~')) return text;
  if (text.startsWith('~~')) return text.slice(1);
  const hex = Buffer.from(text.slice(1), 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
