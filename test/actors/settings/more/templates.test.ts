import { expect, test } from 'vitest';
import { UserId } from '../../../../src/machines/model/ids.ts';
import { ListedTemplates, template } from '../../../fakes/settings/templates.ts';
import { olga, remarkOf, settingsHouse, uwe } from './house.ts';

const sipgate = template('sipgate', {
  name: 'sipgate',
  domain: 'sipgate.de',
  proxy: 'proxy.live.sipgate.de',
  transport: 'tcp',
  codecs: ['alaw'],
  dtmfMethods: ['rfc2833'],
  dialRules: '[^+\\d]=',
  workers: ['op-1'],
});
const generic = template('generic', { codecs: ['opus'] });
const plain = template('plain', { domain: 'sip.example.org', transports: ['udp'] });

async function house() {
  const made = settingsHouse();
  made.templates = new ListedTemplates(sipgate, generic, plain);
  const { presses } = made.handlers();
  const chooses = (line: Awaited<ReturnType<typeof made.has>>, id: string, sure = false, by = olga) =>
    presses.template(made.visitor(by), { do: 'template', line, template: id, sure });
  return { ...made, presses, chooses };
}

test('AC-11 F-SET-10 a template fills what is empty; login and password stay, and what waits for Apply waits', async () => {
  const { chooses, has, find, lines } = await house();
  const office = await has(olga, { login: '1234567e0' });
  const { screen } = await chooses(office, 'sipgate');
  expect(screen?.kind).toBe('assigned-line');
  const chosen = await find(office);
  expect(chosen).toMatchObject({ login: '1234567e0', codecs: ['alaw'], dtmfMethods: ['rfc2833'], domain: '' });
  expect(chosen.pending).toEqual({
    template: 'sipgate',
    domain: 'sipgate.de',
    proxy: 'proxy.live.sipgate.de',
    transport: 'tcp',
    dialRules: '[^+\\d]=',
  });
  expect(lines.passwordOf(office)).toBe('s3cret');
  expect(await lines.apply(olga, office)).toMatchObject({ domain: 'sipgate.de', enabled: true, login: '1234567e0' });
});

test('AC-11 a choice that would replace what somebody filled in asks first, and Yes does it', async () => {
  const { chooses, has, find } = await house();
  const office = await has(olga, { domain: 'pbx.example.org' });
  const asked = await chooses(office, 'sipgate');
  expect(asked.screen).toEqual({ kind: 'sure-template', line: office, template: 'sipgate', name: 'sipgate' });
  expect((await find(office)).pending).toEqual({});
  await chooses(office, 'sipgate', true);
  expect((await find(office)).pending).toMatchObject({ domain: 'sipgate.de' });
});

test('edits that wait count as filled in; a template that replaces none of it asks nothing', async () => {
  const { chooses, has, lines, visitor, find } = await house();
  const office = await has(olga);
  await lines.edit(olga, office, { proxy: 'edge.example.org' }, visitor(olga).at);
  expect((await chooses(office, 'sipgate')).screen?.kind).toBe('sure-template');
  expect((await chooses(office, 'generic')).screen?.kind).toBe('assigned-line');
  expect(await find(office)).toMatchObject({
    codecs: ['opus'],
    pending: { proxy: 'edge.example.org', template: 'generic' },
  });
});

test('another operator without a proxy takes the proxy of the one before away, and his worker with it', async () => {
  const { chooses, has, lines, find, visitor } = await house();
  const office = await has(olga);
  await chooses(office, 'sipgate');
  await lines.edit(olga, office, { worker: 'op-1' }, visitor(olga).at);
  await lines.apply(olga, office);
  await chooses(office, 'plain', true);
  expect((await find(office)).pending).toEqual({
    template: 'plain',
    domain: 'sip.example.org',
    proxy: '',
    transport: 'udp',
    worker: 'auto',
  });
});

test('a stranger, a user without ownership, and a template that is not in the catalogue change nothing', async () => {
  const { chooses, presses, has, lines, find, visitor } = await house();
  const office = await has(olga);
  await lines.assign(olga, office, uwe);
  const before = await find(office);
  for (const by of [uwe, UserId(666)]) {
    expect(remarkOf(await chooses(office, 'sipgate', true, by))).toEqual({ kind: 'not-yours' });
    expect(remarkOf(await presses.templates(visitor(by), { do: 'templates', line: office }))).toEqual({
      kind: 'not-yours',
    });
  }
  expect((await chooses(office, '../../etc/passwd', true)).screen).toMatchObject({
    kind: 'templates',
    line: office,
    templates: [{ id: 'sipgate' }, { id: 'generic' }, { id: 'plain' }],
  });
  expect(await find(office)).toEqual(before);
});
