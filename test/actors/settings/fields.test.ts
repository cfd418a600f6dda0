import { expect, test } from 'vitest';
import type { FieldChecks } from '../../../src/actors/settings/fields/field.ts';
import { fields } from '../../../src/actors/settings/fields/fields.ts';
import { dialRules } from '../../../src/adapters/dial-rules/dial-rules.ts';
import { LineId, UserId } from '../../../src/machines/model/ids.ts';
import { isPrivateAddress, readServerAddress } from '../../../src/machines/model/server-address.ts';
import type { AskedField, LineEdits, OwnedLine } from '../../../src/machines/model/settings.ts';

const hosts: Readonly<Record<string, readonly string[]>> = {
  'pbx.test': ['203.0.113.10'],
  pbx: ['203.0.113.10'],
  'my_pbx.test': ['203.0.113.10'],
  'xn--mller-kva.test': ['203.0.113.10'],
  'xn--e1afmkfd.xn--80akhbyknj4f': ['203.0.113.10'],
  'both.test': ['10.0.0.1', '203.0.113.10'],
  'inside.test': ['10.0.0.1', 'fd00::1', 'fe80::1%eth0'],
  localhost: ['127.0.0.1', '::1'],
};
const checks = (allowPrivateRegistrars = false): FieldChecks => ({
  rules: dialRules,
  hosts: { lookup: async (host) => hosts[host] ?? [] },
  allowPrivateRegistrars,
  codecs: ['opus', 'alaw', 'mulaw', 'g722', 'gsm'],
  timeZone: 'Europe/Madrid',
});
const line = (pending: LineEdits = {}): OwnedLine => ({
  id: LineId('line'),
  owner: UserId(1),
  user: UserId(1),
  name: 'Office',
  codecs: ['opus'],
  dtmfMethods: ['rfc2833'],
  recording: false,
  recordingsChat: undefined,
  quietHours: undefined,
  login: 'olga',
  domain: 'pbx.test',
  proxy: '',
  transport: 'udp',
  worker: 'auto',
  template: undefined,
  dialRules: '',
  enabled: true,
  carrier: 'main',
  draft: false,
  hasPassword: true,
  pending,
  pendingSince: undefined,
  formerOwner: undefined,
});
const read = async (field: AskedField, text: string, { pending = {}, allowPrivate = false } = {}) =>
  fields[field].read(text, line(pending), checks(allowPrivate));

const long = (length: number) => 'a'.repeat(length);
/** A line break in a value would begin a header of its own. */
const injections = ['x\r\nVia: SIP/2.0/UDP evil.test', 'x\ny', 'x\u0000y', 'x\u2028y', 'x\u0085y', 'x\ud800'];

test.each<readonly [AskedField, string, object]>([
  ['name', ' Büro 📞 ', { options: { name: 'Büro 📞' } }],
  ['name', '事務所', { options: { name: '事務所' } }],
  ['name', '👨‍👩‍👧 home', { options: { name: '👨‍👩‍👧 home' } }],
  ['name', '📞'.repeat(32), { options: { name: '📞'.repeat(32) } }],
  ['login', ' 100-anna ', { edits: { login: '100-anna' } }],
  ['login', 'алиса', { edits: { login: 'алиса' } }],
  ['login', 'anna@example.org', { edits: { login: 'anna@example.org' } }],
  ['login', long(128), { edits: { login: long(128) } }],
  ['password', 'with space "<>;', { edits: { password: 'with space "<>;' } }],
  ['password', 'пароль', { edits: { password: 'пароль' } }],
  ['domain', 'pbx.test', { edits: { domain: 'pbx.test' } }],
  ['domain', ' PBX.Test. ', { edits: { domain: 'pbx.test' } }],
  ['domain', 'pbx.test:5070', { edits: { domain: 'pbx.test:5070' } }],
  ['domain', 'pbx', { edits: { domain: 'pbx' } }],
  ['domain', 'my_pbx.test', { edits: { domain: 'my_pbx.test' } }],
  ['domain', '203.0.113.9', { edits: { domain: '203.0.113.9' } }],
  ['domain', '203.0.113.9:5060', { edits: { domain: '203.0.113.9:5060' } }],
  ['domain', '[2001:DB8::0:9]', { edits: { domain: '[2001:db8::9]' } }],
  ['domain', '[2001:db8::9]:5061', { edits: { domain: '[2001:db8::9]:5061' } }],
  ['domain', '2001:db8::9', { edits: { domain: '[2001:db8::9]' } }],
  ['domain', 'müller.test', { edits: { domain: 'xn--mller-kva.test' } }],
  ['domain', 'пример.испытание', { edits: { domain: 'xn--e1afmkfd.xn--80akhbyknj4f' } }],
  // Which of its addresses is used is not ours to say.
  ['domain', 'both.test', { wrong: { kind: 'private-address', host: 'both.test' } }],
  ['proxy', 'pbx.test', { edits: { proxy: 'pbx.test' } }],
  ['proxy', '-', { edits: { proxy: '' } }],
  ['proxy', '—', { edits: { proxy: '' } }],
  ['codecs', 'ALAW, opus;alaw', { options: { codecs: ['alaw', 'opus'] } }],
  ['dtmf', 'info,rfc2833', { options: { dtmfMethods: ['info', 'rfc2833'] } }],
  ['rules', ' ^8=7 ', { edits: { dialRules: '^8=7' } }],
  ['rules', '=', { edits: { dialRules: '' } }],
  ['quiet', '22:00-07:00', { options: { quietHours: { from: 1320, until: 420, timeZone: 'Europe/Madrid' } } }],
  ['quiet', '22–7 europe/berlin', { options: { quietHours: { from: 1320, until: 420, timeZone: 'Europe/Berlin' } } }],
  ['quiet', '0:00 - 24:00', { wrong: { kind: 'field', field: 'quiet' } }],
  ['quiet', '—', { options: { quietHours: undefined } }],
])('%s takes %j', async (field, text, reading) => {
  expect(await read(field, text)).toEqual(reading);
});

test.each<readonly [AskedField, readonly string[]]>([
  ['name', ['', '   ', '\u200b', long(33), '📞'.repeat(33), 'a\u202eb', ...injections]],
  ['login', ['', ' ', 'an na', 'an\u00a0na', 'an\tna', long(129), long(5_000), ...injections]],
  ['password', ['', '  ', long(129), long(5_000), ...injections]],
  [
    'domain',
    ['', ' ', '-', '—', long(300), `${long(64)}.test`, `${'a.'.repeat(130)}test`, 'not a host!', ...injections],
  ],
  ['domain', ['pbx.test:', 'pbx.test:0', 'pbx.test:65536', 'pbx.test:x', ':5060', 'pbx.test:5060:5061']],
  ['domain', ['sip:pbx.test', 'anna@pbx.test', 'pbx.test;lr', 'pbx.test>', '"pbx.test"', 'pbx.test/x', 'pbx.test?x=y']],
  ['domain', ['-pbx.test', 'pbx-.test', 'pbx..test', '.test', '..', 'pbx.test..', '%70bx.test', '［::1］']],
  ['domain', ['256.1.1.1', '1.2.3', '127.1', '0x7f.1', '2130706433', '010.0.0.1', '1.2.3.4.5', '0x7f000001']],
  ['domain', ['[]', '[::1', '::1]', '[1.2.3.4]', '[::1%eth0]', '[2001:db8::9]x', '[::g]', ':::', '[2001:db8::9]:0']],
  ['proxy', ['', ' ', 'not a host!', ...injections]],
  ['codecs', ['', ' ', ',', ';;']],
  ['dtmf', ['', ',', 'rfc2833,morse', 'RFC 2833', long(5_000)]],
  ['rules', ['', '  ']],
  ['quiet', ['', '22:00', '22:00-22:00', '25:00-07:00', '22:60-07:00', '22:00-07:00 Mars/Base', '22-7 +02:00', '١٢-٧']],
])('%s refuses what it cannot be: %j', async (field, texts) => {
  for (const text of texts) {
    expect(await read(field, text), JSON.stringify(text)).toEqual({ wrong: { kind: 'field', field } });
  }
});

test('a codec that no worker has is named, also of a flood of them', async () => {
  const known = ['opus', 'alaw', 'mulaw', 'g722', 'gsm'];
  expect(await read('codecs', 'opus, g729')).toEqual({ wrong: { kind: 'unknown-codec', word: 'g729', known } });
  expect(await read('codecs', long(5_000))).toEqual({ wrong: { kind: 'unknown-codec', word: long(32), known } });
});

test.each(['(?=1)2', '=7 ^8', '(', long(1_001), '1=2 '.repeat(65)])('rules refuse %j', async (text) => {
  expect(await read('rules', text)).toMatchObject({ wrong: { kind: 'rule' } });
});

test.each([
  '127.0.0.1',
  '10.1.2.3:5060',
  '192.168.0.1',
  '172.16.0.1',
  '169.254.1.1',
  '0.0.0.0',
  '100.64.0.1',
  '224.0.0.1',
])('the private address %s is refused, unless the operator allows it', async (text) => {
  const [host = ''] = text.split(':');
  for (const field of ['domain', 'proxy'] as const) {
    expect(await read(field, text)).toEqual({ wrong: { kind: 'private-address', host } });
    expect(await read(field, text, { allowPrivate: true })).toEqual({ edits: { [field]: text } });
  }
});

test.each([
  '[::1]',
  '[::]',
  '[fd00::1]:5060',
  '[fe80::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:10.0.0.1]',
  '[ff02::1]',
  '[64:ff9b::10.0.0.1]',
  '[2002:a00:1::]',
])('the private address %s is refused', async (text) => {
  expect(await read('domain', text)).toMatchObject({ wrong: { kind: 'private-address' } });
});

test('digits of another script make the address they stand for', async () => {
  expect(await read('domain', '１２７.0.0.1')).toEqual({ wrong: { kind: 'private-address', host: '127.0.0.1' } });
});

test.each(['inside.test', 'localhost', 'INSIDE.test:5060'])('%s leads to private addresses only', async (text) => {
  const [host = ''] = text.toLowerCase().split(':');
  expect(await read('domain', text)).toEqual({ wrong: { kind: 'private-address', host } });
  expect(await read('domain', text, { allowPrivate: true })).toEqual({ edits: { domain: text.toLowerCase() } });
});

test('a name that leads nowhere is refused', async () => {
  for (const allowPrivate of [false, true]) {
    expect(await read('domain', 'nowhere.test', { allowPrivate })).toEqual({
      wrong: { kind: 'unknown-host', host: 'nowhere.test' },
    });
  }
});

test('behind a proxy the domain may be a name that leads nowhere, but no way into our network', async () => {
  const pending = { proxy: 'pbx.test' };
  expect(await read('domain', 'nowhere.test', { pending })).toEqual({ edits: { domain: 'nowhere.test' } });
  expect(await read('domain', 'inside.test', { pending })).toMatchObject({ wrong: { kind: 'private-address' } });
  expect(await read('proxy', 'nowhere.test')).toMatchObject({ wrong: { kind: 'unknown-host' } });
});

test('a proxy is taken away only where the domain can be contacted in its place', async () => {
  const clears = (domain: string, allowPrivate = false) =>
    read('proxy', '-', { pending: { proxy: 'pbx.test', domain }, allowPrivate });
  expect(await clears('nowhere.test')).toEqual({ wrong: { kind: 'unknown-host', host: 'nowhere.test' } });
  expect(await clears('inside.test')).toEqual({ wrong: { kind: 'private-address', host: 'inside.test' } });
  expect(await clears('inside.test', true)).toEqual({ edits: { proxy: '' } });
  expect(await clears('both..test')).toEqual({ wrong: { kind: 'unknown-host', host: 'both..test' } });
  for (const domain of ['', 'pbx.test']) expect(await clears(domain)).toEqual({ edits: { proxy: '' } });
});

test('questions show what Apply would make true, and no password', () => {
  const edited = line({ login: 'anna', domain: 'pbx2.test', dialRules: '^8=7', password: true });
  const shown = Object.entries(fields).map(([name, field]) => [name, field.current(edited)]);
  expect(Object.fromEntries(shown)).toEqual({
    name: 'Office',
    login: 'anna',
    password: undefined,
    domain: 'pbx2.test',
    proxy: undefined,
    codecs: 'opus',
    dtmf: 'rfc2833',
    rules: '^8=7',
    quiet: undefined,
  });
  const quietHours = { from: 1320, until: 65, timeZone: 'Europe/Berlin' };
  expect(fields.quiet.current({ ...edited, quietHours })).toBe('22:00-01:05 Europe/Berlin');
});

test('whatever is taken as a server is one line of letters a header can carry', () => {
  const signs = [
    'a',
    'Z',
    '9',
    '.',
    '-',
    '_',
    ':',
    '[',
    ']',
    '\n',
    '\r',
    ' ',
    ';',
    '>',
    '@',
    'ü',
    '。',
    '１',
    '\u0000',
    '%',
  ];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random(12) }, () => signs[random(signs.length)]).join('');
    const address = readServerAddress(text);
    if (!address) continue;
    taken += 1;
    expect(address.text, JSON.stringify(text)).toMatch(/^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[1-9]\d{0,4})?$/);
    expect(readServerAddress(address.text)).toEqual(address);
  }
  expect(taken).toBeGreaterThan(100);
});

test('what is no address at all counts as private', () => {
  for (const text of ['', 'x', '1.2.3', '::g', '%eth0']) expect(isPrivateAddress(text)).toBe(true);
  for (const text of ['203.0.113.1', '8.8.8.8', '2001:db8::1', '::ffff:8.8.8.8', '100.128.0.1', '172.32.0.1']) {
    expect(isPrivateAddress(text), text).toBe(false);
  }
});
