import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CallRepository } from '../../src/db/call-repository.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { HintRepository } from '../../src/db/hint-repository.ts';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import { watchLineChanges } from '../../src/db/line-changes.ts';
import { LineRepository } from '../../src/db/line-repository.ts';
import { MailboxRepository, PeerRepository } from '../../src/db/mailbox-repository.ts';
import { PanelRepository } from '../../src/db/panel-repository.ts';
import { SecretBox, WrongSecretKey } from '../../src/db/secret-box.ts';
import { UserRepository } from '../../src/db/user-repository.ts';
import { CallId, EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';
import { temporaryCluster } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const box = new SecretBox(Buffer.alloc(32, 1));
const olga = UserId('1001');
const office = {
  name: 'Office',
  owner: olga,
  login: '100',
  password: 's3cret',
  domain: 'pbx.test',
  proxy: '',
  transport: 'udp' as const,
  codecs: ['opus', 'alaw'],
};
let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});

test('a line is found by its user, with its settings', async () => {
  const lines = new LineRepository(database, box);
  const id = await lines.add(office);
  const [found] = await lines.ofUser(olga);
  expect(found).toEqual({
    id,
    name: 'Office',
    owner: olga,
    user: olga,
    enabled: true,
    carrier: 'main',
    revision: 0,
    dialRules: '',
    dtmfMethods: ['rfc2833', 'info', 'inband'],
    recording: false,
    recordingStereo: false,
    recordingsChat: undefined,
  });
  expect(await lines.settings(id)).toMatchObject({ login: '100', password: 's3cret', codecs: ['opus', 'alaw'] });
});

test('B-12 no password stands readable in the database', async () => {
  const lines = new LineRepository(database, box);
  const id = await lines.add({ ...office, password: 'unique-pass-word' });
  const rows = await database.fork().execute('select * from line where id = ?', [id]);
  expect(JSON.stringify(rows)).not.toContain('unique-pass-word');
  await expect(new LineRepository(database, new SecretBox(Buffer.alloc(32, 2))).settings(id)).rejects.toThrow(
    WrongSecretKey,
  );
});

test('a line is changed piece by piece, its password stays sealed', async () => {
  const lines = new LineRepository(database, box);
  const id = await lines.add({ ...office, dialRules: '^8=7' });
  expect(await lines.update(id, { dtmfMethods: ['inband'], recordingsChat: '-1001', codecs: ['gsm'] })).toBe(true);
  expect(await lines.update(id, { recording: true, recordingStereo: true, name: 'Home', enabled: false })).toBe(true);
  expect(await lines.update(id, { password: 'another-pass-word' })).toBe(true);
  expect(await lines.find(id)).toMatchObject({
    name: 'Home',
    enabled: false,
    dialRules: '^8=7',
    dtmfMethods: ['inband'],
    recording: true,
    recordingStereo: true,
    recordingsChat: '-1001',
  });
  expect(await lines.settings(id)).toMatchObject({ password: 'another-pass-word', codecs: ['gsm'], login: '100' });
  const rows = await database.fork().execute('select * from line where id = ?', [id]);
  expect(JSON.stringify(rows)).not.toContain('another-pass-word');
  expect(await lines.update(id, { recordingsChat: undefined })).toBe(true);
  expect((await lines.find(id))?.recordingsChat).toBeUndefined();
  expect(await lines.update(id, {})).toBe(true);
});

test('a server may be private while it is the one the operator or his template gave', async () => {
  const book = new LineBookRepository(database, box);
  const lines = new LineRepository(database, box, (template, server) => template === 'inside' && server === '10.0.0.5');
  const mayBePrivate = async (id: LineId) => (await lines.settings(id)).mayBePrivate;
  const owner = UserId('2102');
  const id = await lines.add({ ...office, owner, domain: '10.0.0.1' });
  expect(await mayBePrivate(id)).toBe(true);
  await book.edit(owner, id, { transport: 'tcp' }, EpochMs(0));
  await book.apply(owner, id);
  expect(await mayBePrivate(id)).toBe(true);
  await book.edit(owner, id, { domain: 'pbx.test' }, EpochMs(0));
  expect(await mayBePrivate(id)).toBe(true);
  await book.apply(owner, id);
  expect(await mayBePrivate(id)).toBe(false);
  await lines.update(id, { name: 'Home' });
  expect(await mayBePrivate(id)).toBe(false);
  await lines.update(id, { proxy: '10.0.0.1' });
  expect(await mayBePrivate(id)).toBe(true);
  await book.edit(owner, id, { domain: '10.0.0.5', proxy: '', template: 'inside' }, EpochMs(0));
  await book.apply(owner, id);
  expect(await mayBePrivate(id)).toBe(true);
  await book.edit(owner, id, { domain: '10.0.0.6' }, EpochMs(0));
  await book.apply(owner, id);
  expect(await mayBePrivate(id)).toBe(false);
});

test('a line without login, password or domain is no line that calls are made on', async () => {
  const [lines, book] = [new LineRepository(database, box), new LineBookRepository(database, box)];
  const owner = UserId('2101');
  const options = {
    codecs: ['opus'],
    dtmfMethods: [],
    recording: false,
    recordingsChat: undefined,
    quietHours: undefined,
  };
  const make = async (edits: object) =>
    (await book.create(owner, { ...options, name: 'New', ...edits, pendingSince: undefined })).id;
  const access = { login: '100', password: 's3cret', domain: 'pbx.test' };
  const incomplete = [
    await make({}),
    await make({ ...access, login: '' }),
    await make({ ...access, domain: '' }),
    await make({ ...access, password: undefined }),
  ];
  const whole = await make(access);
  // As it could stand there in spite of everything.
  await database.fork().execute('update line set enabled = true where owner_id = ?', [owner]);
  const enabledOfOwner = async () => (await lines.enabled()).filter((line) => line.owner === owner).map(({ id }) => id);
  expect(await enabledOfOwner()).toEqual([whole]);
  expect((await lines.ofUser(owner)).map(({ id }) => id)).toEqual([whole]);
  expect(await lines.ofOwner(owner)).toHaveLength(5);
  for (const id of incomplete) {
    expect(await lines.find(id)).toMatchObject({ enabled: false });
    await expect(lines.settings(id)).rejects.toThrow('a draft');
  }
  expect(await lines.settings(whole)).toMatchObject(access);
});

test('the revision grows with what a registration depends on, and with nothing else', async () => {
  const [lines, book] = [new LineRepository(database, box), new LineBookRepository(database, box)];
  const id = await lines.add(office);
  const revision = async () => (await lines.find(id))?.revision;
  await lines.update(id, { name: 'Home', dialRules: '^8=7', codecs: ['gsm'], enabled: false });
  await lines.assignUser(id, UserId('2202'));
  await book.edit(olga, id, { domain: 'pbx2.test', dialRules: '' }, EpochMs(1));
  expect(await revision()).toBe(0);
  await book.apply(olga, id);
  expect(await revision()).toBe(1);
  await book.edit(olga, id, { dialRules: '^9=' }, EpochMs(1));
  await book.apply(olga, id);
  expect(await revision()).toBe(1);
  await lines.update(id, { password: 'another' });
  expect(await revision()).toBe(2);
});

test('what the operator changes is written down as his, and told to every host', async () => {
  const told = vi.fn<() => void>();
  const unwatch = await watchLineChanges(cluster.url, told);
  const lines = new LineRepository(database, box);
  const id = await lines.add(office);
  await lines.update(id, { password: 'unique-pass-word', recording: true });
  await lines.assignUser(id, UserId('2302'));
  await lines.remove(id);
  await eventually(() => expect(told).toHaveBeenCalledTimes(4));
  await unwatch();
  const entries = await database
    .fork()
    .execute<{ changer: string; did: string }[]>('select * from audit_entry where line_id = ? order by id', [id]);
  expect(entries.map(({ changer, did }) => `${changer} ${did}`)).toEqual([
    'operator create',
    'operator change',
    'operator assign',
    'operator remove',
  ]);
  expect(JSON.stringify(entries)).not.toContain('unique-pass-word');
});

test('a change of a line that is not there says so', async () => {
  const lines = new LineRepository(database, box);
  const nobody = LineId('00000000-0000-4000-8000-000000000009');
  expect(await lines.update(nobody, { name: 'x' })).toBe(false);
  expect(await lines.update(nobody, {})).toBe(false);
  expect(await lines.assignUser(nobody, olga)).toBe(false);
});

test('an assigned line is its user’s, until it is the owner’s again', async () => {
  const lines = new LineRepository(database, box);
  const [owner, uwe] = [UserId('2001'), UserId('2002')];
  const first = await lines.add({ ...office, owner });
  const second = await lines.add({ ...office, owner });
  expect(await lines.assignUser(first, uwe)).toBe(true);
  expect((await lines.ofUser(owner)).map(({ id }) => id)).toEqual([second]);
  expect((await lines.ofUser(uwe)).map(({ id, owner: whose }) => [id, whose])).toEqual([[first, owner]]);
  expect((await lines.ofOwner(owner)).map(({ id, user }) => [id, user])).toEqual([
    [first, uwe],
    [second, owner],
  ]);
  expect(await lines.assignUser(first, undefined)).toBe(true);
  expect(await lines.ofUser(uwe)).toEqual([]);
});

test('a sealed password that is moved to another row does not open there', async () => {
  const lines = new LineRepository(database, box);
  const [theirs, mine] = [await lines.add({ ...office, password: 'theirs' }), await lines.add(office)];
  await database
    .fork()
    .execute('update line set password = (select password from line where id = ?) where id = ?', [theirs, mine]);
  await expect(lines.settings(mine)).rejects.toThrow(WrongSecretKey);
  expect((await lines.settings(theirs)).password).toBe('theirs');
});

test('a removed line is gone, and removing it again says so', async () => {
  const lines = new LineRepository(database, box);
  const id = await lines.add(office);
  expect(await lines.remove(id)).toBe(true);
  expect(await lines.remove(id)).toBe(false);
  expect(await lines.find(id)).toBeUndefined();
});

test('callback is on until switched off', async () => {
  const users = new UserRepository(database);
  expect(await users.settings(olga)).toEqual({ callback: true });
  await users.setCallback(olga, false);
  expect(await users.settings(olga)).toEqual({ callback: false });
});

test('a chosen language and the callback switch do not touch each other', async () => {
  const users = new UserRepository(database);
  const anna = UserId('3001');
  expect(await users.language(anna)).toBeUndefined();
  await users.setLanguage(anna, 'ru');
  expect(await users.settings(anna)).toEqual({ callback: true });
  await users.setCallback(anna, false);
  expect(await users.language(anna)).toBe('ru');
  await users.setLanguage(anna, undefined);
  expect(await users.language(anna)).toBeUndefined();
  expect(await users.settings(anna)).toEqual({ callback: false });
});

test('a hint is due once in its pause, for each person and each hint', async () => {
  const hints = new HintRepository(database);
  const [at, day] = [EpochMs(1_800_000_000_000), 86_400_000];
  expect(await hints.isDue(olga, 'privacy', at, day)).toBe(true);
  expect(await hints.isDue(olga, 'privacy', EpochMs(at + day - 1), day)).toBe(false);
  expect(await hints.isDue(olga, 'privacy', EpochMs(at + day), day)).toBe(true);
  expect(await hints.isDue(olga, 'what-to-send', at, day)).toBe(true);
  expect(await hints.isDue(UserId('4001'), 'privacy', at, day)).toBe(true);
  expect(await hints.isDue(olga, 'emergency', at, Infinity)).toBe(true);
  expect(await hints.isDue(olga, 'emergency', EpochMs(at + 1_000 * day), Infinity)).toBe(false);
});

test('a hint is due for one of many who ask at once', async () => {
  const hints = new HintRepository(database);
  const due = await Promise.all(Array.from({ length: 8 }, () => hints.isDue(UserId('4002'), 'x', EpochMs(9), 5)));
  expect(due.filter(Boolean)).toHaveLength(1);
});

test('a call record keeps the first answer and the first end', async () => {
  const log = new CallRepository(database);
  const call = CallId('c1');
  const opened = {
    call,
    user: olga,
    line: LineId('00000000-0000-4000-8000-000000000001'),
    direction: 'outgoing' as const,
    number: '200',
    target: { kind: 'number', user: '200' } as const,
    openedAt: EpochMs(1_000),
  };
  await log.opened(opened);
  await log.answered(call, EpochMs(2_000));
  await log.answered(call, EpochMs(3_000));
  await log.ended(call, EpochMs(4_000), { kind: 'busy', sip: { status: 486, reason: 'Busy Here' } });
  await log.ended(call, EpochMs(5_000), { kind: 'normal' });
  expect(await log.find(call)).toEqual({
    ...opened,
    answeredAt: 2_000,
    endedAt: 4_000,
    cause: { kind: 'busy', sip: { status: 486, reason: 'Busy Here' } },
  });
});

test('the mailbox remembers its place, and peers their access', async () => {
  const mailbox = new MailboxRepository(database);
  const account = UserId('7');
  expect(await mailbox.load(account)).toBeUndefined();
  await mailbox.save(account, { pts: 3, qts: 0, date: 99 });
  await mailbox.save(account, { pts: 4, qts: 0, date: 100 });
  expect(await mailbox.load(account)).toEqual({ pts: 4, qts: 0, date: 100 });

  const peers = new PeerRepository(database);
  await peers.remember(account, olga, { accessHash: '-5', met: false });
  await peers.remember(account, olga, { accessHash: '-6', met: true });
  expect(await peers.find(account, olga)).toEqual({ accessHash: '-6', met: true });
});

test('a panel is changed piece by piece and forgotten', async () => {
  const panels = new PanelRepository(database);
  const content = { text: 'Hello', buttons: [[{ label: '1', action: 'key:1' }]] };
  await panels.add({ token: 't1', userId: olga, content });
  await panels.change('t1', { messageId: 5 });
  await panels.change('t1', { inlineMessageId: 'x' });
  expect(await panels.find('t1')).toEqual({ token: 't1', userId: olga, content, messageId: 5, inlineMessageId: 'x' });
  await panels.remove('t1');
  expect(await panels.find('t1')).toBeUndefined();
});
