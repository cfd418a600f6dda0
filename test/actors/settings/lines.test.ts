import { beforeEach, expect, test } from 'vitest';
import { tellOfChangedTemplates } from '../../../src/actors/settings/template-notices.ts';
import { autoApplyMs } from '../../../src/machines/model/auto-apply.ts';
import type { SettingsPress } from '../../../src/machines/model/settings.ts';
import { ListedTemplates, template } from '../../fakes/settings/templates.ts';
import { everything, olga, Room, uwe } from './room.ts';

let room: Room;
beforeEach(() => {
  room = new Room();
});

test('AC-01 New makes a draft with all defaults, and its dot is white', async () => {
  await room.newLine(olga);
  const { facts, details } = await room.lineScreen(olga);
  expect(facts).toMatchObject({ name: 'Line 1', dot: 'off', draft: true, enabled: false });
  expect(details).toMatchObject({
    login: '',
    domain: '',
    proxy: '',
    transport: 'udp',
    worker: 'auto',
    codecs: ['opus', 'alaw', 'mulaw'],
    dtmfMethods: ['rfc2833', 'info', 'inband'],
    dialRules: '',
    recording: false,
    hasPassword: false,
    pending: [],
  });
});

test('AC-02 a draft without a domain is not switched on, and the domain is named', async () => {
  const line = await room.newLine(olga);
  await room.answers(olga, line, 'login', 'olga');
  await room.answers(olga, line, 'password', 's3cret');
  await room.presses(olga, { do: 'switch-on', line });
  expect((await room.screen(olga)).remark).toEqual({ kind: 'wrong-parameters', missing: ['domain'] });
  expect(await room.book.find(line)).toMatchObject({ enabled: false, draft: true });
});

test('a draft with nothing lacks all three', async () => {
  const line = await room.newLine(olga);
  await room.presses(olga, { do: 'switch-on', line });
  expect((await room.screen(olga)).remark).toEqual({
    kind: 'wrong-parameters',
    missing: ['login', 'password', 'domain'],
  });
});

test('AC-03 the protocol goes from UDP to TCP, TLS and back', async () => {
  const line = await room.newLine(olga);
  const seen: string[] = [];
  for (let press = 0; press < 3; press++) {
    await room.presses(olga, { do: 'protocol', line, to: (await room.lineScreen(olga)).details.nextTransport });
    seen.push((await room.lineScreen(olga)).details.transport);
  }
  expect(seen).toEqual(['tcp', 'tls', 'udp']);
  expect((await room.lineScreen(olga)).details.pending).toEqual([]);
});

test('the protocol skips what the template lacks', async () => {
  room.templates = [template('carrier', { transport: 'udp', transports: ['udp', 'tls'] })];
  await room.command(olga, 'start', 't_carrier');
  const { id: line } = await room.line(olga);
  expect((await room.lineScreen(olga)).details.nextTransport).toBe('tls');
  await room.presses(olga, { do: 'protocol', line, to: 'tls' });
  expect((await room.lineScreen(olga)).details).toMatchObject({ transport: 'tls', nextTransport: 'udp' });
  await room.presses(olga, { do: 'protocol', line, to: 'tcp' });
  expect((await room.lineScreen(olga)).details.transport).toBe('tls');
});

test('a protocol that the template fixes stays', async () => {
  room.templates = [template('carrier', { transport: 'tls', transports: ['udp', 'tls'], editable: ['domain'] })];
  await room.command(olga, 'start', 't_carrier');
  const { id: line } = await room.line(olga);
  await room.presses(olga, { do: 'protocol', line, to: 'udp' });
  expect((await room.lineScreen(olga)).details).toMatchObject({ transport: 'tls', pending: [] });
});

test('AC-05 a new domain applies by itself 300 s after the edit', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  expect((await room.lineScreen(olga)).facts.dot).toBe('pending');
  await room.after(autoApplyMs - 1);
  expect(await room.book.find(line)).toMatchObject({ domain: 'pbx.test', pending: { domain: 'pbx2.test' } });
  await room.after(1);
  expect(await room.book.find(line)).toMatchObject({ domain: 'pbx2.test', pending: {}, enabled: true });
  expect(room.book.audit.at(-1)).toMatchObject({ by: 'timer', did: 'apply' });
});

test('AC-05 Apply makes it true at once, and is gone', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  await room.after(10_000);
  await room.presses(olga, { do: 'apply', line });
  expect(await room.book.find(line)).toMatchObject({ domain: 'pbx2.test' });
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'applied' }, details: { pending: [] } });
  expect(room.deadlines).toEqual([]);
});

test('the 300 s run from the first of several edits', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  await room.after(200_000);
  await room.answers(olga, line, 'login', 'anna');
  await room.after(100_000);
  expect(await room.book.find(line)).toMatchObject({ domain: 'pbx2.test', login: 'anna', pendingSince: undefined });
});

test('an edit that is taken back leaves nothing to apply', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  await room.answers(olga, line, 'domain', 'pbx.test');
  expect(room.deadlines).toEqual([]);
  expect((await room.lineScreen(olga)).facts.dot).toBe('registered');
});

test('Cancel under entered rules takes back the rules alone: what else waits goes on waiting', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  await room.answers(olga, line, 'password', 'another');
  await room.answers(olga, line, 'rules', '^8=7');
  const first = (await room.book.find(line))?.pendingSince;
  await room.presses(olga, { do: 'discard', line });
  expect(await room.lineScreen(olga)).toMatchObject({
    remark: { kind: 'rules-discarded' },
    details: { dialRules: '', pending: ['domain', 'password'] },
  });
  expect(await room.book.find(line)).toMatchObject({ pendingSince: first });
  await room.after(autoApplyMs);
  expect(await room.book.find(line)).toMatchObject({ domain: 'pbx2.test', dialRules: '', pending: {} });
  expect(room.book.passwordOf(line)).toBe('another');
});

test('Cancel under entered rules returns to those in use, and leaves nothing to apply', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'rules', '^8=7');
  await room.presses(olga, { do: 'apply', line });
  await room.answers(olga, line, 'rules', '^8=9');
  await room.presses(olga, { do: 'discard', line });
  expect(await room.book.find(line)).toMatchObject({ dialRules: '^8=7', pending: {}, pendingSince: undefined });
  expect(room.deadlines).toEqual([]);
  await room.presses(olga, { do: 'discard', line });
  expect((await room.screen(olga)).remark).toBeUndefined();
});

test('Cancel under entered rules returns to those of a template that waits as well', async () => {
  const line = await room.registeredLine(olga);
  room.templates = [template('carrier', { dialRules: '^8=7' })];
  await room.book.edit(olga, line, { template: 'carrier', dialRules: '^8=7' }, room.now());
  await room.answers(olga, line, 'rules', '^8=9');
  await room.presses(olga, { do: 'discard', line });
  expect((await room.book.find(line))?.pending).toEqual({ template: 'carrier', dialRules: '^8=7' });
});

test('a deadline told late does not apply edits made since', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  const [late] = room.deadlines;
  await room.presses(olga, { do: 'apply', line });
  await room.after(1_000);
  await room.answers(olga, line, 'login', 'anna');
  expect(await room.desk.passed(late as never)).toBe(true);
  expect(await room.book.find(line)).toMatchObject({ login: 'olga', pending: { login: 'anna' } });
});

test('AC-06 a new login is applied while a call runs', async () => {
  const line = await room.registeredLine(olga);
  room.book.calls.set(line, 1);
  await room.answers(olga, line, 'login', 'anna');
  await room.presses(olga, { do: 'apply', line });
  expect(await room.book.find(line)).toMatchObject({ login: 'anna', enabled: true });
  expect(await room.book.callsOn(line)).toBe(1);
});

test('AC-07 Delete says how many calls run, and on Yes the line leaves the list', async () => {
  const office = await room.registeredLine(olga);
  const home = await room.registeredLine(olga, 'home');
  room.book.calls.set(office, 1);
  await room.answers(olga, office, 'domain', 'pbx2.test');
  await room.presses(olga, { do: 'delete', line: office, sure: false });
  expect(await room.screen(olga)).toMatchObject({ kind: 'sure', what: 'delete', calls: 1 });
  expect(await room.book.find(office)).toBeDefined();
  await room.presses(olga, { do: 'delete', line: office, sure: true });
  expect(room.deadlines).toEqual([]);
  const list = await room.screen(olga);
  expect(list).toMatchObject({ kind: 'lines', remark: { kind: 'deleted', name: 'olga' } });
  expect(list.kind === 'lines' && list.lines.map(({ id }) => id)).toEqual([home]);
});

test('the chat for recordings of a deleted line is left', async () => {
  const line = await room.registeredLine(olga);
  await room.book.change(olga, line, { recordingsChat: '-100200' });
  await room.presses(olga, { do: 'delete', line, sure: true });
  expect(room.chat.left).toEqual(['-100200']);
});

test('AC-66 a complete draft is switched on by Apply', async () => {
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).facts).toMatchObject({ dot: 'registered', enabled: true, draft: false });
});

test('AC-66 a complete draft is switched on 300 s after the first edit', async () => {
  const line = await room.newLine(olga);
  await room.answers(olga, line, 'login', 'olga');
  await room.answers(olga, line, 'password', 's3cret');
  await room.after(100_000);
  await room.answers(olga, line, 'domain', 'pbx.test');
  await room.after(200_000);
  expect(await room.book.find(line)).toMatchObject({ enabled: true, draft: false });
  expect(room.book.passwordOf(line)).toBe('s3cret');
});

test('AC-66 without a domain Apply names it, and the timer leaves a draft', async () => {
  const line = await room.newLine(olga);
  await room.answers(olga, line, 'login', 'olga');
  await room.answers(olga, line, 'password', 's3cret');
  await room.presses(olga, { do: 'apply', line });
  expect((await room.screen(olga)).remark).toEqual({ kind: 'wrong-parameters', missing: ['domain'] });
  await room.after(autoApplyMs);
  expect(await room.book.find(line)).toMatchObject({ enabled: false, draft: true, login: 'olga', pending: {} });
});

test('AC-66 a line she switched off stays off through Apply and the timer', async () => {
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'switch-off', line, sure: false });
  expect(await room.screen(olga)).toMatchObject({ kind: 'sure', what: 'switch-off', calls: 0 });
  await room.presses(olga, { do: 'switch-off', line, sure: true });
  expect((await room.lineScreen(olga)).facts.dot).toBe('off');
  await room.answers(olga, line, 'login', 'anna');
  await room.presses(olga, { do: 'apply', line });
  await room.answers(olga, line, 'login', 'vera');
  await room.after(autoApplyMs);
  expect(await room.book.find(line)).toMatchObject({ enabled: false, login: 'vera' });
});

test('Switch on applies what waits', async () => {
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'switch-off', line, sure: true });
  await room.answers(olga, line, 'login', 'anna');
  await room.presses(olga, { do: 'switch-on', line });
  expect(await room.book.find(line)).toMatchObject({ enabled: true, login: 'anna', pending: {} });
  expect(room.deadlines).toEqual([]);
});

test('AC-67 one press records on one line, a second takes it back', async () => {
  const office = await room.registeredLine(olga);
  const home = await room.registeredLine(olga, 'home');
  await room.presses(olga, { do: 'recording', line: office, on: true });
  expect((await room.lineScreen(olga)).details.recording).toBe(true);
  expect((await room.book.find(home))?.recording).toBe(false);
  await room.presses(olga, { do: 'recording', line: office, on: false });
  expect((await room.lineScreen(olga)).details.recording).toBe(false);
});

test('AC-67 without the right it stays off and says why', async () => {
  room.plan = { ...everything, recording: false };
  const line = await room.newLine(olga);
  await room.presses(olga, { do: 'recording', line, on: true });
  expect(await room.lineScreen(olga)).toMatchObject({
    remark: { kind: 'not-in-plan', what: 'recording' },
    details: { recording: false },
  });
});

test('a recording that was allowed once can be taken back without the right', async () => {
  const line = await room.newLine(olga);
  await room.presses(olga, { do: 'recording', line, on: true });
  room.plan = { ...everything, recording: false };
  await room.presses(olga, { do: 'recording', line, on: false });
  expect((await room.lineScreen(olga)).details.recording).toBe(false);
});

test('no two new lines are called the same', async () => {
  const first = await room.newLine(olga);
  await room.newLine(olga);
  await room.command(olga, 'softphone');
  await room.presses(olga, { do: 'delete', line: first, sure: true });
  await room.newLine(olga);
  expect((await room.book.of(olga)).map(({ name }) => name)).toEqual(['Line 2', 'Line 3']);
});

test('AC-86 New at the limit of the plan makes nothing and names the limit', async () => {
  room.plan = { ...everything, sipAccounts: 1 };
  await room.newLine(olga);
  await room.presses(olga, { do: 'new' });
  expect(await room.screen(olga)).toMatchObject({ kind: 'lines', remark: { kind: 'lines-limit', limit: 1 } });
  await room.command(olga, 'start', 't_carrier');
  expect(await room.book.of(olga)).toHaveLength(1);
});

test('F-PLN-1 lines of others that are assigned to her do not count in her plan', async () => {
  const his = await room.registeredLine(uwe);
  await room.book.assign(uwe, his, olga);
  room.plan = { ...everything, sipAccounts: 1 };
  await room.newLine(olga);
  expect((await room.book.of(olga)).map(({ owner }) => owner)).toEqual([olga, uwe]);
  await room.command(olga, 'softphone');
  await room.presses(olga, { do: 'new' });
  expect((await room.screen(olga)).remark).toEqual({ kind: 'lines-limit', limit: 1 });
});

test('a line is called after its number, then after its login, then as she says', async () => {
  const line = await room.newLine(olga);
  await room.answers(olga, line, 'login', 'olga');
  expect((await room.lineScreen(olga)).facts.name).toBe('olga');
  await room.answers(olga, line, 'login', 'anna');
  expect((await room.lineScreen(olga)).facts.name).toBe('anna');
  await room.answers(olga, line, 'name', 'Büro 📞');
  await room.answers(olga, line, 'login', 'vera');
  expect((await room.lineScreen(olga)).facts.name).toBe('Büro 📞');
});

test('until a login applies its line has the name before for everybody but its owner, and stays without a name of its own', async () => {
  const line = await room.registeredLine(olga);
  await room.book.assign(olga, line, uwe);
  await room.answers(olga, line, 'login', 'anna');
  expect((await room.lineScreen(olga)).facts.name).toBe('anna');
  await room.presses(olga, { do: 'delete', line, sure: false });
  expect(await room.screen(olga)).toMatchObject({ kind: 'sure', name: 'anna' });
  await room.command(uwe, 'softphone');
  expect(await room.screen(uwe)).toMatchObject({ lines: [{ name: 'olga' }] });
  expect((await room.line(olga)).name).toBe('olga');
  await room.answers(olga, line, 'login', 'olga');
  expect(await room.lineScreen(olga)).toMatchObject({ facts: { name: 'olga' }, details: { pending: [] } });
  await room.answers(olga, line, 'login', 'vera');
  await room.presses(olga, { do: 'apply', line });
  expect((await room.line(olga)).name).toBe('vera');
});

test('a line from a template has its settings, and what it fixes is not asked for', async () => {
  room.templates = [
    template('carrier', {
      domain: 'sip.carrier.test',
      codecs: ['alaw'],
      loginHint: { en: 'your number', ru: 'ваш номер' },
      editable: ['codecs'],
    }),
  ];
  await room.command(olga, 'start', 't_carrier');
  const { id: line } = await room.line(olga);
  expect((await room.lineScreen(olga)).details).toMatchObject({
    domain: 'sip.carrier.test',
    codecs: ['alaw'],
    templateName: 'carrier',
    fixed: ['domain'],
    pending: [],
  });
  await room.presses(olga, { do: 'ask', line, field: 'domain' });
  expect((await room.screen(olga)).kind).toBe('own-line');
  await room.presses(olga, { do: 'ask', line, field: 'login' });
  expect(await room.screen(olga)).toMatchObject({ kind: 'question', hint: 'your number' });
});

test('a template that has changed since its link made a line is told of', async () => {
  const says = (domain: string) => template('carrier', { domain });
  room.templates = [says('old.test')];
  await room.command(olga, 'start', 't_carrier');
  const told: string[] = [];
  const starts = async (domain: string) => {
    room.templates = [says(domain)];
    await tellOfChangedTemplates(
      {
        ...{ book: room.book, hints: room.hints, templates: new ListedTemplates(...room.templates) },
        say: async ({ to, notice }) => void told.push(`${to} ${notice.kind}`),
      },
      room.now(),
    );
    return told.splice(0);
  };
  expect(await starts('new.test')).toEqual([`${olga} template-changed`]);
  expect(await starts('new.test')).toEqual([]);
});

test('a protocol that a template fixes, or that has no other, is fixed on the screen as well', async () => {
  room.templates = [
    template('tls-fixed', { transport: 'tls', editable: [] }),
    template('tcp-only', { transports: ['tcp'] }),
    template('two', { transport: 'tls', transports: ['tcp', 'tls'] }),
  ];
  const fixedBy = async (id: string) => {
    await room.command(olga, 'start', `t_${id}`);
    const { transport, fixed } = (await room.lineScreen(olga)).details;
    return [transport, ...fixed];
  };
  expect(await fixedBy('tls-fixed')).toEqual(['tls', 'transport']);
  expect(await fixedBy('tcp-only')).toEqual(['tcp', 'transport']);
  expect(await fixedBy('two')).toEqual(['tls']);
});

test('a template that is not there any more gives the list', async () => {
  await room.command(olga, 'start', 't_gone');
  expect(await room.screen(olga)).toMatchObject({ kind: 'lines', lines: [], remark: { kind: 'expired' } });
});

test('the dot is red where the registrar refuses, and where the plan does', async () => {
  const line = await room.registeredLine(olga);
  room.standings.stand(line, { state: 'refused', sip: { status: 403, reason: 'Forbidden' } });
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).facts).toMatchObject({ dot: 'error', standing: { sip: { status: 403 } } });
  room.standings.stand(line, { state: 'reachable' });
  room.refusal = { status: 402, reason: 'Total calls duration is exceeded' };
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).facts).toMatchObject({ dot: 'error', limit: { status: 402 } });
});

test('AC-10 an assigned user sees no settings, and a press of his on Login is refused', async () => {
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'name', 'Office');
  await room.book.assign(olga, line, uwe);
  await room.command(uwe, 'softphone');
  expect(await room.screen(uwe)).toMatchObject({ kind: 'lines', lines: [{ id: line, own: false }] });
  await room.presses(uwe, { do: 'line', line });
  const screen = await room.screen(uwe);
  expect(screen.kind).toBe('assigned-line');
  expect(JSON.stringify(screen)).not.toMatch(/olga|pbx|worker/);
  await room.presses(uwe, { do: 'ask', line, field: 'login' });
  expect(await room.screen(uwe)).toMatchObject({ kind: 'lines', remark: { kind: 'not-yours' } });
});

test('a former owner finds the line he may take back in his list', async () => {
  const line = await room.registeredLine(olga);
  await room.book.handOver(olga, line, uwe);
  await room.command(olga, 'softphone');
  expect(await room.screen(olga)).toMatchObject({ kind: 'lines', lines: [{ id: line, own: false, dot: 'off' }] });
  await room.presses(olga, { do: 'line', line });
  expect(await room.screen(olga)).toMatchObject({ kind: 'former-line', id: line });
});

test('a question about a line that is hers no more is not answered into it', async () => {
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'ask', line, field: 'login' });
  await room.book.handOver(olga, line, uwe);
  await room.writes(olga, 'mine');
  expect(await room.screen(olga)).toMatchObject({ kind: 'lines', remark: { kind: 'not-yours' } });
  expect(await room.book.find(line)).toMatchObject({ login: 'olga', pending: {} });
});

test('whatever a stranger presses, no line changes', async () => {
  const line = await room.registeredLine(olga);
  await room.book.assign(olga, line, uwe);
  await room.answers(olga, line, 'domain', 'pbx2.test');
  const before = [await room.book.find(line), [...room.book.audit], [...room.deadlines]];
  const own: SettingsPress[] = [
    ...(['line', 'apply', 'discard', 'switch-on'] as const).map((does) => ({ do: does, line })),
    { do: 'recording', line, on: true },
    { do: 'protocol', line, to: 'tcp' },
    ...(['switch-off', 'delete'] as const).flatMap((does) => [
      { do: does, line, sure: true },
      { do: does, line, sure: false },
    ]),
    ...(['name', 'login', 'password', 'domain', 'proxy', 'codecs', 'dtmf', 'rules', 'quiet'] as const).map(
      (field) => ({ do: 'ask', line, field }) as const,
    ),
  ];
  for (const stranger of [uwe, '4711' as never]) {
    for (const press of own) {
      await room.command(stranger, 'softphone');
      await room.presses(stranger, press);
      await room.writes(stranger, 'x.test');
      expect([await room.book.find(line), room.book.audit, room.deadlines], JSON.stringify(press)).toEqual(before);
      expect((await room.dialogues.of(stranger)).question).toBeUndefined();
    }
  }
});
