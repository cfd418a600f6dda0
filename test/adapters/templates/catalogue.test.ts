import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dialRules } from '../../../src/adapters/dial-rules/dial-rules.ts';
import { readTemplates, shippedTemplates, WrongTemplates } from '../../../src/adapters/templates/catalogue.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-templates-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const lies = (name: string, content: unknown) =>
  writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
const reading = () => readTemplates([directory], dialRules);

test('F-SET-10 the catalogue that comes with the product has PBXs and operators with a domain', () => {
  const templates = readTemplates([shippedTemplates], dialRules);
  const ids = templates.all().map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['generic', 'asterisk', 'freeswitch', '3cx']));
  expect(templates.all().filter(({ domain }) => domain !== undefined).length).toBeGreaterThanOrEqual(4);
  expect(templates.find('sipgate')).toMatchObject({ domain: 'sipgate.de', proxy: 'proxy.live.sipgate.de' });
  for (const { loginHint } of templates.all()) expect(Object.keys(loginHint ?? {})).toEqual(['en', 'ru', 'uk', 'es']);
});

test('an installation adds templates of its own behind the others', async () => {
  await lies('house.json', { id: 'house', name: 'Our house', domain: 'pbx.example.org:5070', workers: ['op-1'] });
  await lies('notes.txt', 'not a template');
  const templates = readTemplates([shippedTemplates, directory], dialRules);
  expect(templates.all().at(-1)).toMatchObject({
    id: 'house',
    domain: 'pbx.example.org:5070',
    transports: ['udp', 'tcp', 'tls'],
    codecs: undefined,
    workers: ['op-1'],
  });
  expect(templates.find('nothing')).toBeUndefined();
});

test('servers of templates are read and kept as answers in the settings bot are', async () => {
  await lies('house.json', { id: 'house', name: 'House', domain: 'PBX.Example.org.:05070', proxy: '2001:DB8::1' });
  expect(reading().find('house')).toMatchObject({ domain: 'pbx.example.org:5070', proxy: '[2001:db8::1]' });
  for (const domain of ['a..b', '999.1.1.1', '127.1', '', 5060]) {
    await lies('house.json', { id: 'house', name: 'House', domain });
    expect(reading, String(domain)).toThrow(`domain: found ${JSON.stringify(domain)}`);
  }
});

test('everything that is wrong is named at once: file, field, what was found and what is allowed', async () => {
  await lies('a.json', {
    id: 'Upper Case',
    name: '',
    country: 'Germany',
    domain: 'not a host!',
    proxy: 'pbx.example.org:99999',
    protocol: 'sctp',
    codecs: ['opus', 'mp3'],
    dtmf: ['info', 'info'],
    rules: '^8=7 (?=1)2',
    login: { ru: 'логин' },
    editable: ['password'],
    pasword: 's3cret',
  });
  await lies('b.json', '{"id": ');
  await lies('c.json', '[1, 2]');
  await lies('d.json', { id: 'd', name: 'D', protocol: 'tls', protocols: ['udp', 'tcp'] });
  expect(reading).toThrow(WrongTemplates);
  const file = join(directory, 'a.json');
  expect(reading).toThrow(`${file}: id: found "Upper Case", allowed is 1 to 16 characters a-z, 0-9 or -`);
  expect(reading).toThrow('name: found "", allowed is 1 to 32 characters');
  expect(reading).toThrow('country: found "Germany", allowed is two letters');
  expect(reading).toThrow('domain: found "not a host!", allowed is host or host:port');
  expect(reading).toThrow('proxy: found "pbx.example.org:99999"');
  expect(reading).toThrow('protocol: found "sctp", allowed is udp, tcp, tls');
  expect(reading).toThrow('codecs: found ["opus","mp3"], allowed is a list from opus, alaw, mulaw, g722, gsm');
  expect(reading).toThrow('dtmf: found ["info","info"], allowed is a list from rfc2833, info, inband, each once');
  expect(reading).toThrow('rules: the rule "(?=1)2" is refused at character 6');
  expect(reading).toThrow('login: found {"ru":"логин"}, allowed is an object of texts');
  expect(reading).toThrow('editable: found ["password"]');
  expect(reading).toThrow('"pasword": no such field, allowed are id, name,');
  expect(reading).toThrow(`${join(directory, 'b.json')}: no JSON:`);
  expect(reading).toThrow(`${join(directory, 'c.json')}: found something else, allowed is a JSON object`);
  expect(reading).toThrow('protocol: found "tls", allowed is one of protocols: udp, tcp');
});

test('two templates with one id are refused, both files named', async () => {
  await lies('a.json', { id: 'same', name: 'A' });
  await lies('b.json', { id: 'same', name: 'B' });
  expect(reading).toThrow(`${join(directory, 'b.json')}: id: found "same", which ${join(directory, 'a.json')} has`);
});

test('a directory that is not there, and a file of many megabytes, are told in words', async () => {
  expect(() => readTemplates([join(directory, 'nowhere')], dialRules)).toThrow(WrongTemplates);
  await lies('big.json', ' '.repeat(70_000));
  expect(reading).toThrow('The template big.json cannot be read: found 70000 bytes, allowed are 65536');
});
