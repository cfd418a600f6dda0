import { expect, test } from 'vitest';
import type { UserId } from '../../../../src/machines/model/ids.ts';
import { ListedTemplates, template } from '../../../fakes/settings/templates.ts';
import { olga, remarkOf, settingsHouse, uwe, worker } from './house.ts';

function house() {
  const made = settingsHouse();
  made.templates = new ListedTemplates(template('op', { workers: ['op-1'] }));
  made.workers.workers = [
    worker('main', 'official'),
    worker('op-1', 'operator'),
    worker('off', 'official', { switchedOff: true }),
  ];
  const { presses, answers } = made.handlers();
  const exported = async (line: Awaited<ReturnType<typeof made.has>>, by = olga) => {
    const notice = (await presses.export(made.visitor(by), { do: 'export', line })).sayings?.[0]?.notice;
    return notice?.kind === 'exported' ? notice.text : '';
  };
  const imports = (text: string, by: UserId = olga) => answers.import(made.visitor(by), { kind: 'import' }, text);
  const fixes = (...templates: ReturnType<typeof template>[]) => {
    made.templates = new ListedTemplates(...templates);
  };
  return { ...made, presses, exported, imports, fixes };
}

const full = {
  name: 'Office [2nd] = "main" #1',
  login: '100',
  domain: 'pbx.example.org:5070',
  proxy: 'edge.example.org',
  transport: 'tls',
  template: 'op',
  worker: 'op-1',
  codecs: ['g722', 'alaw'],
  dtmfMethods: ['info', 'rfc2833'],
  dialRules: '[^+*#\\w]= ^8=7',
  recording: true,
  recordingsChat: '-100200',
  quietHours: { from: 1320, until: 420, timeZone: 'Europe/Berlin' },
} as const;

test('B-13 a line becomes text that people can read, without its password', async () => {
  const { has, exported } = house();
  expect(await exported(await has(olga, full))).toBe(
    [
      '[Office [2nd] = "main" #1]',
      'login = 100',
      'domain = pbx.example.org:5070',
      'proxy = edge.example.org',
      'protocol = tls',
      'template = op',
      'worker = op-1',
      'codecs = g722,alaw',
      'dtmf = info,rfc2833',
      'rules = [^+*#\\w]= ^8=7',
      'recording = on',
      'quiet = 22:00-07:00 Europe/Berlin',
    ].join('\n'),
  );
});

test('B-13 what was exported is imported as a draft with the same settings, and without the secrets and the chat', async () => {
  const { has, exported, imports, lines } = house();
  const office = await has(olga, full);
  const next = await imports(`# kept on paper\r\n\r\n${await exported(office)}\r\n[Second]\nlogin=200\n; end`, uwe);
  expect(next).toMatchObject({ screen: { kind: 'lines', remark: { kind: 'imported', count: 2 } } });
  const { recordingsChat: _, ...same } = full;
  expect(await lines.of(uwe)).toMatchObject([
    { ...same, owner: uwe, draft: true, enabled: false, hasPassword: false, recordingsChat: undefined, pending: {} },
    { name: 'Second', login: '200', codecs: ['opus', 'alaw', 'mulaw'], transport: 'udp', draft: true },
  ]);
  expect(lines.passwordOf(office)).toBe('s3cret');
});

test('B-13 export shows what Apply will make true; a password that waits is not in it', async () => {
  const { has, exported, lines, visitor } = house();
  const office = await has(olga);
  await lines.edit(olga, office, { domain: 'new.example.org', password: 'n3w s3cret' }, visitor(olga).at);
  const text = await exported(office);
  expect(text).toContain('domain = new.example.org');
  expect(text).not.toMatch(/s3cret|password/i);
});

const wrongs: readonly (readonly [what: string, text: string, wrong: object])[] = [
  ['nothing', '', { line: 1, why: 'empty' }],
  ['only comments', '# a\n; b', { line: 1, why: 'empty' }],
  ['a value before any section', 'login = 1', { line: 1, why: 'unknown-key', text: 'login' }],
  ['a key nobody knows', '[A]\nlogin = 1\n\nlogni = 2', { line: 4, why: 'unknown-key', text: 'logni' }],
  ['a key twice', '[A]\nlogin = 1\nlogin = 2', { line: 3, why: 'unknown-key', text: 'login' }],
  ['a row of words', '[A]\nplease import this', { line: 2, why: 'unknown-key', text: '' }],
  ...[
    ['password = s3cret', 'password'],
    ['password:s3cret', 'password'],
    ['Password: s3c=ret, s3cret', 'Password'],
    ['password s3cret=1', ''],
    ['s3cret', ''],
    ['s3cret = 1', ''],
    ['login s3cret = 1', ''],
  ].map(
    ([row = '', text]) =>
      [
        `what may be a secret (${row}), which is not said again`,
        `[A]\n${row}`,
        { line: 2, why: 'unknown-key', text },
      ] as const,
  ),
  ['a login with a space', '[A]\nlogin = a b', { line: 2, why: 'wrong-value', text: 'login' }],
  ['a password behind a login', '[A]\nlogin = 7 password = Zq9', { line: 2, why: 'wrong-value', text: 'login' }],
  ['no host', '[A]\ndomain = not a host!', { line: 2, why: 'wrong-value' }],
  ['a host that leads nowhere', '[A]\nlogin = 1\ndomain = x.invalid', { line: 3, why: 'wrong-value' }],
  ['an address of our own network', '[A]\nproxy = 10.0.0.1', { line: 2, why: 'wrong-value' }],
  ['a protocol of tomorrow', '[A]\nprotocol = quic', { line: 2, why: 'wrong-value' }],
  ['a codec nobody has', '[A]\ncodecs = opus,mp3', { line: 2, why: 'wrong-value' }],
  ['rules that do not compile', '[A]\nrules = (?=1)2', { line: 2, why: 'wrong-value', text: 'rules' }],
  ['a template of another catalogue', '[A]\ntemplate = __proto__', { line: 2, why: 'wrong-value' }],
  ['an operator’s worker without his template', '[A]\nworker = op-1', { line: 2, why: 'wrong-value' }],
  ['a worker that is switched off', '[A]\nworker = off', { line: 2, why: 'wrong-value' }],
  ['hours of nowhere', '[A]\nquiet = 22-7 Atlantis/Deep', { line: 2, why: 'wrong-value' }],
  ['no name', '[]\nlogin = 1', { line: 1, why: 'wrong-value', text: '' }],
  ['a name of 33 signs', `[${'x'.repeat(33)}]`, { line: 1, why: 'wrong-value' }],
  ['a name that turns the text round', '[Off\u202Eice]', { line: 1, why: 'wrong-value' }],
  ['more than 20 lines', Array.from({ length: 21 }, (_, n) => `[Line ${n}]`).join('\n'), { line: 21, why: 'too-long' }],
  ['a novel', `[A]\nlogin = ${'1'.repeat(4_096)}`, { line: 1, why: 'too-long' }],
];

test.each(wrongs)('B-13 an import of %s is refused with the row named, and nothing is made', async (_, text, wrong) => {
  const { imports, lines } = house();
  const answer = await imports(text);
  expect(answer).toMatchObject({ wrong: { kind: 'import', ...wrong } });
  expect(JSON.stringify(answer)).not.toContain('s3cret');
  expect(await lines.of(olga)).toEqual([]);
});

test('B-13 one wrong line among good ones: none is made', async () => {
  const { imports, lines } = house();
  expect(await imports('[A]\nlogin = 1\n[B]\ncodecs = mp3')).toMatchObject({ wrong: { line: 4 } });
  expect(await lines.of(olga)).toEqual([]);
});

test('B-13 behind a proxy the domain need not be known to the DNS, in whichever order they stand', async () => {
  const { imports, lines } = house();
  expect(await imports('[A]\ndomain = inside.invalid\nproxy = edge.example.org')).toHaveProperty('screen');
  expect(await lines.of(olga)).toMatchObject([{ domain: 'inside.invalid', proxy: 'edge.example.org' }]);
});

test('B-13 what a template fixes is not imported otherwise', async () => {
  const { imports, lines, ...made } = house();
  made.fixes(
    template('fixed', { domain: 'sip.example.org', transport: 'tls', codecs: ['alaw'], editable: ['codecs'] }),
  );
  expect(await imports('[A]\ndomain = evil.example.org\ntemplate = fixed')).toMatchObject({
    wrong: { line: 2, why: 'wrong-value' },
  });
  expect(await imports('[A]\ntemplate = fixed\nprotocol = udp')).toMatchObject({ wrong: { line: 3 } });
  expect(await imports('[A]\ntemplate = fixed\ncodecs = opus\ndomain = sip.example.org')).toHaveProperty('screen');
  expect(await lines.of(olga)).toMatchObject([{ template: 'fixed', codecs: ['opus'] }]);
});

test('B-13 what a template fixes an import has of it, also where the text says nothing; what it leaves open not', async () => {
  const { imports, lines, ...made } = house();
  made.fixes(
    template('fixed', {
      ...{ domain: 'sip.example.org', proxy: 'edge.example.org', transport: 'tls', codecs: ['alaw'] },
      ...{ dtmfMethods: ['info'], dialRules: '^8=7', editable: ['proxy', 'codecs'] },
    }),
  );
  await imports('[A]\nlogin = 1\ntemplate = fixed');
  expect(await lines.of(olga)).toMatchObject([
    {
      ...{ login: '1', template: 'fixed', domain: 'sip.example.org', transport: 'tls', dtmfMethods: ['info'] },
      ...{ dialRules: '^8=7', proxy: '', codecs: ['opus', 'alaw', 'mulaw'] },
    },
  ]);
});

test('F-PLN-1 an import does not go over the plan: the first line too many is named, and recording needs its right', async () => {
  const { has, imports, plans, lines, presses, visitor } = house();
  await has(olga, { name: 'Own' });
  plans.set(olga, { sipAccounts: 2, recording: false, paidWorkers: false });
  expect(await imports('[A]\nlogin = 1\n[B]\nlogin = 2')).toMatchObject({ wrong: { line: 3, why: 'plan', text: 'B' } });
  expect(await imports('[A]\nrecording = on')).toMatchObject({ wrong: { line: 2, why: 'plan' } });
  expect(await imports('[A]\nworker = main')).toMatchObject({ wrong: { line: 2, why: 'plan' } });
  expect(await lines.of(olga)).toHaveLength(1);
  await imports('[A]\nrecording = off');
  expect(await lines.of(olga)).toHaveLength(2);
  const full = await presses.import(visitor(olga), { do: 'import' });
  expect(full.question).toBeUndefined();
  expect(remarkOf(full)).toEqual({ kind: 'lines-limit', limit: 2 });
});

test('B-13 Import asks, and the next text is the answer', async () => {
  const { presses, visitor } = house();
  const asked = await presses.import(visitor(olga), { do: 'import' });
  expect(asked.question).toEqual({ kind: 'import' });
  expect(asked.screen).toMatchObject({ kind: 'question', question: { kind: 'import' } });
});

test('nobody but its owner exports a line', async () => {
  const { has, exported } = house();
  expect(await exported(await has(olga), uwe)).toBe('');
});

test('an import that a crash cut short is ended by being done again: no line twice, and none refused for those there are', async () => {
  const { handlers, visitor, lines, plans } = house();
  plans.set(olga, { sipAccounts: 2 });
  const { answers } = handlers();
  const [her, text] = [visitor(olga), '[A]\nlogin = 1\n[B]\nlogin = 2'];
  const create = lines.create.bind(lines);
  lines.create = async (...asked) => {
    if (asked[1].name === 'B') throw new Error('the process ends here');
    return create(...asked);
  };
  await expect(answers.import(her, { kind: 'import' }, text)).rejects.toThrow('ends here');
  lines.create = create;
  for (let time = 0; time < 2; time++) {
    expect(await answers.import(her, { kind: 'import' }, text)).toMatchObject({
      screen: { remark: { kind: 'imported', count: 2 } },
    });
    expect((await lines.of(olga)).map(({ name }) => name)).toEqual(['A', 'B']);
  }
});
