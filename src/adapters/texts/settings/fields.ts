import type { AskedField, LineEdits } from '../../../machines/model/settings.ts';
import type { Phrase } from '../phrasebook.ts';

/** What a field is called, on its button and in lists. */
export const fieldName = (field: AskedField | keyof LineEdits, phrase: Phrase): string => phrase(names[field]);

const names: Readonly<Record<AskedField | keyof LineEdits, string>> = {
  name: 'label-name',
  login: 'label-login',
  password: 'label-password',
  domain: 'label-domain',
  proxy: 'label-proxy',
  transport: 'field-protocol',
  worker: 'label-worker',
  template: 'field-template',
  codecs: 'label-codecs',
  dtmf: 'label-dtmf',
  rules: 'label-rules',
  dialRules: 'label-rules',
  quiet: 'label-quiet',
};

const inOrder = Object.keys(names);

/** Names with commas, each once, as their buttons follow each other. */
export const fieldNames = (fields: readonly (AskedField | keyof LineEdits)[], phrase: Phrase): string => {
  const sorted = fields.toSorted((one, other) => inOrder.indexOf(one) - inOrder.indexOf(other));
  return [...new Set(sorted.map((field) => fieldName(field, phrase)))].join(', ');
};

/** An answer that is right. */
export const example = (field: AskedField, phrase: Phrase): string =>
  phrase('example', { text: field === 'name' ? phrase('example-name') : examples[field] });

const examples: Readonly<Record<Exclude<AskedField, 'name'>, string>> = {
  login: '100',
  password: 'kT9-vx2mQ',
  domain: 'pbx.example.com:5060',
  proxy: 'sbc.example.com',
  codecs: 'opus,alaw,mulaw',
  dtmf: 'rfc2833,info,inband',
  rules: '[^+*#\\w]= ^8=7',
  quiet: '22:00-07:00 Europe/Berlin',
};

/** Of a number to be tried. */
export const numberExample = (phrase: Phrase): string => phrase('example', { text: '8 (926) 123-45-67' });

export const importExample = (phrase: Phrase): string =>
  phrase('example', { text: `\n[${phrase('example-name')}]\nlogin = 100\ndomain = pbx.example.com` });
