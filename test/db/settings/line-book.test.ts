import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LineBook, NewEdits } from '../../../src/actors/ports/line-book.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { DeadlineRepository } from '../../../src/db/deadline-repository.ts';
import { LineBookRepository } from '../../../src/db/line-book-repository.ts';
import { RecordingRepository } from '../../../src/db/recording-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { EpochMs, LineId, RecordingId, UserId } from '../../../src/machines/model/ids.ts';
import { MemoryLineBook } from '../../fakes/settings/line-book.ts';
import { temporaryCluster } from '../../support/database.ts';

const box = new SecretBox(Buffer.alloc(32, 1));
const at = EpochMs(1_800_000_000_000);
const nobody = LineId('00000000-0000-4000-8000-00000000ffff');
const options = {
  name: 'Office',
  codecs: ['opus', 'alaw'],
  dtmfMethods: ['rfc2833', 'info'],
  recording: false,
  recordingsChat: undefined,
  quietHours: undefined,
} as const;
const access = { login: '100', password: 's3cret', domain: 'pbx.test' };
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

let people = 1_000;
const somebody = () => UserId(people++);

const books: [string, () => LineBook][] = [
  ['in memory', () => new MemoryLineBook()],
  ['in the database', () => new LineBookRepository(database, box)],
];

describe.each(books)('a line book %s', (_, open) => {
  const draft = async (edits = {}) => {
    const [book, olga] = [open(), somebody()];
    const { id } = await book.create(olga, { ...options, ...edits, pendingSince: undefined });
    return { book, olga, id };
  };
  const running = async () => {
    const made = await draft(access);
    await made.book.switch(made.olga, made.id, true);
    return made;
  };

  test('a new line is a draft with all defaults', async () => {
    const { book, olga, id } = await draft();
    const line = await book.find(id);
    expect(line).toEqual({
      ...options,
      id,
      owner: olga,
      user: olga,
      login: '',
      domain: '',
      proxy: '',
      transport: 'udp',
      worker: 'auto',
      carrier: 'main',
      template: undefined,
      dialRules: '',
      enabled: false,
      draft: true,
      hasPassword: false,
      pending: {},
      pendingSince: undefined,
      formerOwner: undefined,
    });
    expect(await book.of(olga)).toEqual([line]);
  });

  test('a new line can begin with edits that wait', async () => {
    const [book, olga] = [open(), somebody()];
    const line = await book.create(olga, { ...options, ...access, template: 'x', pendingSince: at });
    expect(line).toMatchObject({
      login: '',
      hasPassword: false,
      pending: { login: '100', domain: 'pbx.test', template: 'x', password: true },
      pendingSince: at,
    });
    expect(await book.find(line.id)).toEqual(line);
    expect(await book.apply(olga, line.id)).toMatchObject({ ...visible(access), template: 'x', enabled: true });
  });

  test('a line that nobody named is called after its login from Apply on, and after its next one', async () => {
    const { book, olga, id } = await draft({ ...access, name: 'Line 1', login: '' });
    const applies = async (login: string) => {
      const before = await book.edit(olga, id, { login }, at);
      return [before?.name, (await book.apply(olga, id))?.name, (await book.find(id))?.name];
    };
    expect(await applies('100')).toEqual(['Line 1', '100', '100']);
    expect(await applies(`${'x'.repeat(32)}@pbx.test`)).toEqual(['100', 'x'.repeat(32), 'x'.repeat(32)]);
    await book.change(olga, id, { name: 'Office' });
    expect(await applies('200')).toEqual(['Office', 'Office', 'Office']);
  });

  test('a line that nobody named is called after its login also when edits apply by switching on', async () => {
    const { book, olga, id } = await draft({ ...access, name: 'Line 1', login: '' });
    await book.edit(olga, id, { login: '100' }, at);
    expect(await book.switch(olga, id, true)).toMatchObject({ enabled: true, name: '100' });
  });

  test('a person’s lines are his own, then those assigned to him, each oldest first', async () => {
    const [book, olga, uwe] = [open(), somebody(), somebody()];
    const make = async (owner: UserId, name: string) =>
      (await book.create(owner, { ...options, name, pendingSince: undefined })).id;
    const assigned = await make(olga, 'first');
    await make(uwe, 'second');
    await make(olga, 'third');
    await make(uwe, 'fourth');
    await book.assign(olga, assigned, uwe);
    const names = async (person: UserId) => (await book.of(person)).map(({ name }) => name);
    expect(await names(uwe)).toEqual(['second', 'fourth', 'first']);
    expect(await names(olga)).toEqual(['first', 'third']);
    await book.assign(olga, assigned, undefined);
    expect(await names(uwe)).toEqual(['second', 'fourth']);
    expect((await book.find(assigned))?.user).toBe(olga);
  });

  test('options change at once, each by itself, and back to none', async () => {
    const { book, olga, id } = await draft();
    const quietHours = { from: 1_320, until: 420, timeZone: 'Europe/Berlin' };
    await book.change(olga, id, { name: 'It’s a "test" ? \\ $1 😀', recording: true });
    await book.change(olga, id, { codecs: ['gsm'], dtmfMethods: ['inband'], recordingsChat: '-1001', quietHours });
    const changed = {
      name: 'It’s a "test" ? \\ $1 😀',
      recording: true,
      codecs: ['gsm'],
      dtmfMethods: ['inband'],
      recordingsChat: '-1001',
      quietHours,
      pending: {},
    };
    expect(await book.find(id)).toMatchObject(changed);
    const none = { recordingsChat: undefined, quietHours: undefined };
    expect(await book.change(olga, id, none)).toMatchObject({ ...changed, ...none });
    expect(await book.find(id)).toMatchObject({ ...changed, ...none });
  });

  test('edits wait together from the first one on, and are made true by applying', async () => {
    const { book, olga, id } = await running();
    await book.edit(olga, id, { domain: 'pbx2.test' }, at);
    const line = await book.edit(olga, id, { proxy: 'edge.test', transport: 'tls' }, EpochMs(at + 10));
    expect(line).toMatchObject({
      domain: 'pbx.test',
      proxy: '',
      pending: { domain: 'pbx2.test', proxy: 'edge.test', transport: 'tls' },
      pendingSince: at,
      enabled: true,
    });
    expect(await book.find(id)).toEqual(line);
    const applied = await book.apply('timer', id);
    expect(applied).toMatchObject({ domain: 'pbx2.test', proxy: 'edge.test', transport: 'tls', enabled: true });
    expect(applied).toMatchObject({ pending: {}, pendingSince: undefined });
    expect(await book.find(id)).toEqual(applied);
  });

  test('an edit back to what is applied is no edit, and the next one is the first again', async () => {
    const { book, olga, id } = await running();
    await book.edit(olga, id, { domain: 'pbx2.test', template: 'x' }, at);
    await book.edit(olga, id, { template: undefined }, at);
    expect((await book.find(id))?.pending).toEqual({ domain: 'pbx2.test' });
    const back = await book.edit(olga, id, { domain: 'pbx.test' }, at);
    expect(back).toMatchObject({ pending: {}, pendingSince: undefined });
    expect(await book.edit(olga, id, { worker: 'w1' }, EpochMs(at + 5))).toMatchObject({ pendingSince: at + 5 });
  });

  test('a template can be taken away by an edit', async () => {
    const { book, olga, id } = await draft({ template: 'x' });
    const line = await book.edit(olga, id, { template: undefined }, at);
    expect(line?.pending).toEqual({ template: undefined });
    expect('template' in (await book.find(id))!.pending).toBe(true);
    expect(await book.apply(olga, id)).toMatchObject({ template: undefined, pending: {} });
  });

  test('a new password is only told to be there, and an edit of nothing changes nothing', async () => {
    const { book, olga, id } = await draft();
    const line = await book.edit(olga, id, { password: 's3cret' }, at);
    expect(line).toMatchObject({ hasPassword: false, pending: { password: true }, pendingSince: at });
    expect(JSON.stringify([line, await book.find(id), await book.of(olga)])).not.toContain('s3cret');
    expect(await book.edit(olga, id, {}, EpochMs(at + 1))).toEqual(line);
    expect(await book.apply(olga, id)).toMatchObject({ hasPassword: true, pending: {} });
  });

  test('an edit that is taken back leaves the others waiting, since when they did', async () => {
    const { book, olga, id } = await running();
    await book.edit(olga, id, { domain: 'pbx2.test', password: 'other' }, at);
    const before = await book.find(id);
    await book.edit(olga, id, { dialRules: '^8=7' }, EpochMs(at + 1));
    expect(await book.edit(olga, id, { dialRules: '' }, EpochMs(at + 2))).toEqual(before);
    expect(await book.find(id)).toEqual(before);
  });

  test('applying with nothing to apply changes nothing', async () => {
    const { book, id } = await running();
    const before = await book.find(id);
    expect(await book.apply('timer', id)).toEqual(before);
  });

  test('a draft is switched on by applying as soon as it is complete, not before', async () => {
    const { book, olga, id } = await draft();
    await book.edit(olga, id, { login: '100', password: 's3cret' }, at);
    expect(await book.apply('timer', id)).toMatchObject({ login: '100', draft: true, enabled: false, pending: {} });
    expect(await book.switch(olga, id, true)).toMatchObject({ draft: true, enabled: false });
    await book.edit(olga, id, { domain: 'pbx.test' }, at);
    expect(await book.apply(olga, id)).toMatchObject({ ...visible(access), draft: false, enabled: true });
  });

  test('an incomplete draft is not switched on, and keeps its edits', async () => {
    const { book, olga, id } = await draft();
    const before = await book.edit(olga, id, { login: '100', password: 's3cret' }, at);
    expect(await book.switch(olga, id, true)).toEqual(before);
    expect(await book.find(id)).toEqual(before);
  });

  test('switching on applies what waits', async () => {
    const { book, olga, id } = await draft();
    await book.edit(olga, id, access, at);
    const on = { ...visible(access), enabled: true, draft: false, pending: {}, pendingSince: undefined };
    expect(await book.switch(olga, id, true)).toMatchObject(on);
    expect(await book.find(id)).toMatchObject(on);
  });

  test('a line that its owner switched off stays off, whatever is applied', async () => {
    const { book, olga, id } = await running();
    expect(await book.switch(olga, id, false)).toMatchObject({ enabled: false, draft: false });
    await book.edit(olga, id, { domain: 'pbx2.test' }, at);
    expect(await book.apply(olga, id)).toMatchObject({ domain: 'pbx2.test', enabled: false, draft: false });
    expect(await book.apply('timer', id)).toMatchObject({ enabled: false });
    expect(await book.switch(olga, id, true)).toMatchObject({ enabled: true });
  });

  test('a line that is applied without what it needs is off', async () => {
    const { book, olga, id } = await running();
    await book.edit(olga, id, { domain: '' }, at);
    expect(await book.apply(olga, id)).toMatchObject({ domain: '', enabled: false, draft: false });
  });

  test('nobody changes a line that is not his any more, but the operator and the clock do', async () => {
    const { book, olga, id } = await running();
    const uwe = somebody();
    await book.handOver(uwe, id, uwe);
    const his = await book.find(id);

    expect(await book.change(olga, id, { recordingsChat: '-1' })).toBeUndefined();
    expect(await book.edit(olga, id, { domain: 'olga.test' }, at)).toBeUndefined();
    expect(await book.apply(olga, id)).toBeUndefined();
    expect(await book.switch(olga, id, false)).toBeUndefined();
    expect(await book.assign(olga, id, somebody())).toBeUndefined();
    const invited = somebody();
    expect(await book.assign(invited, id, invited, olga)).toBeUndefined();
    expect(await book.remove(olga, id)).toBe(false);
    expect(await book.find(id)).toEqual(his);
    expect(await book.edit(uwe, id, { domain: 'uwe.test' }, at)).toMatchObject({ pending: { domain: 'uwe.test' } });
    expect(await book.apply('timer', id)).toMatchObject({ domain: 'uwe.test', pending: {} });
    expect(await book.assign(invited, id, invited, uwe)).toMatchObject({ owner: uwe, user: invited });
    expect(await book.remove('operator', id)).toBe(true);
  });

  test('a line that is handed over belongs to the receiver, until it is taken back', async () => {
    const { book, olga, id } = await running();
    const [uwe, stranger] = [somebody(), somebody()];
    await book.assign(olga, id, stranger);
    await book.change(olga, id, { recordingsChat: '-1001' });
    await book.edit(olga, id, { domain: 'pbx2.test' }, at);
    const his = {
      owner: uwe,
      user: uwe,
      recordingsChat: undefined,
      formerOwner: olga,
      domain: 'pbx2.test',
      pending: {},
    };
    expect(await book.handOver(uwe, id, uwe)).toMatchObject(his);
    expect(await book.of(olga)).toEqual([]);
    expect(await book.formerOf(olga)).toEqual([await book.find(id)]);
    expect(await book.formerOf(uwe)).toEqual([]);

    expect(await book.takeBack(stranger, id)).toBeUndefined();
    expect(await book.takeBack(uwe, id)).toBeUndefined();
    expect(await book.find(id)).toMatchObject(his);

    await book.change(uwe, id, { recordingsChat: '-2002' });
    await book.edit(uwe, id, { login: 'uwe', password: 'his' }, at);
    const hers = {
      owner: olga,
      user: olga,
      recordingsChat: undefined,
      formerOwner: undefined,
      login: '100',
      pending: {},
    };
    expect(await book.takeBack(olga, id)).toMatchObject(hers);
    expect(await book.takeBack(olga, id)).toBeUndefined();
    expect(await book.find(id)).toMatchObject(hers);
  });

  test('a line leaves the workers that its receiver cannot have, whether it is on one or waits for one', async () => {
    const { book, olga, id } = await running();
    const uwe = somebody();
    const others = ['cellar', 'attic'];
    await book.edit(olga, id, { worker: 'cellar' }, at);
    expect(await book.handOver(uwe, id, uwe, others)).toMatchObject({ owner: uwe, worker: 'auto', pending: {} });
    await book.edit(uwe, id, { worker: 'attic' }, at);
    await book.apply(uwe, id);
    expect(await book.takeBack(olga, id, others)).toMatchObject({ owner: olga, worker: 'auto' });
    await book.edit(olga, id, { worker: 'main' }, at);
    expect(await book.handOver(uwe, id, uwe, others)).toMatchObject({ worker: 'main' });
    expect(await book.takeBack(olga, id, others)).toMatchObject({ worker: 'main' });
  });

  test('a line cannot be taken back any more when its new owner has changed the password', async () => {
    const { book, olga, id } = await running();
    const uwe = somebody();
    // Hers: it is applied with the hand-over, and takes nothing away from her.
    await book.edit(olga, id, { password: 'another' }, at);
    await book.handOver(uwe, id, uwe);
    await book.edit(uwe, id, { domain: 'pbx2.test' }, at);
    expect(await book.apply(uwe, id)).toMatchObject({ formerOwner: olga });
    await book.edit(uwe, id, { password: 'his' }, at);
    expect(await book.find(id)).toMatchObject({ formerOwner: olga });
    expect(await book.apply('timer', id)).toMatchObject({ formerOwner: undefined });
    expect(await book.takeBack(olga, id)).toBeUndefined();
    expect(await book.formerOf(olga)).toEqual([]);
  });

  test('a line handed over twice goes back only to the last owner, and to nobody by a hand-over to himself', async () => {
    const { book, olga, id } = await running();
    const [uwe, vera] = [somebody(), somebody()];
    await book.handOver(uwe, id, uwe);
    await book.handOver(vera, id, vera);
    expect(await book.handOver(vera, id, vera)).toMatchObject({ owner: vera, formerOwner: uwe });
    expect(await book.takeBack(olga, id)).toBeUndefined();
    expect(await book.takeBack(uwe, id)).toMatchObject({ owner: uwe });
  });

  test('of a line that is not there nothing can be changed', async () => {
    const [book, olga] = [open(), somebody()];
    expect(await book.find(nobody)).toBeUndefined();
    expect(await book.change(olga, nobody, { name: 'x' })).toBeUndefined();
    expect(await book.edit(olga, nobody, { login: 'x' }, at)).toBeUndefined();
    expect(await book.apply('timer', nobody)).toBeUndefined();
    expect(await book.switch(olga, nobody, true)).toBeUndefined();
    expect(await book.assign(olga, nobody, olga)).toBeUndefined();
    expect(await book.handOver(olga, nobody, olga)).toBeUndefined();
    expect(await book.takeBack(olga, nobody)).toBeUndefined();
    expect(await book.remove(olga, nobody)).toBe(false);
    expect(await book.callsOn(nobody)).toBe(0);
  });

  test('a removed line is gone', async () => {
    const { book, olga, id } = await running();
    expect(await book.remove(olga, id)).toBe(true);
    expect(await book.remove(olga, id)).toBe(false);
    expect(await book.find(id)).toBeUndefined();
    expect(await book.edit(olga, id, { login: 'x' }, at)).toBeUndefined();
  });

  test('what two hosts edit at once is all there', async () => {
    const { book, olga, id } = await running();
    await Promise.all([
      book.edit(olga, id, { domain: 'pbx2.test' }, at),
      book.edit(olga, id, { proxy: 'edge.test' }, at),
      book.edit(olga, id, { password: 'new' }, at),
      book.change(olga, id, { name: 'Home' }),
      book.change(olga, id, { recording: true }),
      book.edit(olga, id, { dialRules: '^8=7' }, at),
    ]);
    const pending = { domain: 'pbx2.test', proxy: 'edge.test', dialRules: '^8=7', password: true };
    expect(await book.find(id)).toMatchObject({ name: 'Home', recording: true, pending });
    const twice = await Promise.all([book.apply(olga, id), book.apply('timer', id)]);
    for (const line of twice) expect(line).toMatchObject({ domain: 'pbx2.test', pending: {}, enabled: true });
  });

  test('a chat is one for recordings while any line records into it', async () => {
    const { book, olga, id } = await running();
    const chat = `-100${somebody()}`;
    expect(await book.isRecordingsChat(chat)).toBe(false);
    await book.change(olga, id, { recordingsChat: chat });
    expect(await book.isRecordingsChat(chat)).toBe(true);
    await book.change(olga, id, { recordingsChat: undefined });
    expect(await book.isRecordingsChat(chat)).toBe(false);
  });

  test('everybody who owns a line is listed, with how many', async () => {
    const { book, olga } = await running();
    await book.create(olga, { ...options, pendingSince: undefined });
    expect(await book.owners()).toContainEqual({ owner: olga, name: undefined, lines: 2, plan: undefined });
  });
});

describe('in the database', () => {
  const make = async (edits: object = access) => {
    const [book, olga] = [new LineBookRepository(database, box), somebody()];
    const { id } = await book.create(olga, { ...options, ...edits, pendingSince: undefined });
    return { book, olga, id };
  };
  const audit = async (id: LineId) =>
    database
      .fork()
      .execute<{ changer: string; did: string; changes: Record<string, unknown> }[]>(
        'select changer, did, changes from audit_entry where line_id = ? order by id',
        [id],
      );

  test('what another host changed meanwhile is changed further, and not what was here before', async () => {
    const { book, olga, id } = await make();
    const elsewhere = new LineBookRepository(database, box);
    const uwe = somebody();
    await book.find(id);
    await elsewhere.edit(olga, id, { domain: 'pbx2.test' }, at);
    expect(await book.edit(olga, id, { domain: 'pbx.test' }, at)).toMatchObject({ pending: {} });
    await book.find(id);
    await elsewhere.edit(olga, id, { domain: 'pbx2.test' }, at);
    expect(await book.edit(olga, id, { proxy: 'edge.test' }, at)).toMatchObject({
      pending: { domain: 'pbx2.test', proxy: 'edge.test' },
    });
    await elsewhere.handOver(uwe, id, uwe);
    expect(await book.takeBack(olga, id)).toMatchObject({ owner: olga, domain: 'pbx2.test', proxy: 'edge.test' });
    await elsewhere.remove(olga, id);
    expect(await book.change(olga, id, { name: 'Home' })).toBeUndefined();
  });

  test('who changed what is written down, without secrets', async () => {
    const { book, olga, id } = await make();
    await book.edit(olga, id, { domain: 'pbx2.test', password: 'n3w' }, at);
    await book.change(olga, id, { name: 'Home', recording: false });
    await book.apply('timer', id);
    await book.remove('operator', id);
    const entries = await audit(id);
    expect(entries.map(({ changer, did }) => [changer, did])).toEqual([
      [olga, 'create'],
      [olga, 'edit'],
      [olga, 'change'],
      ['timer', 'apply'],
      ['operator', 'remove'],
    ]);
    expect(entries[0]?.changes).toMatchObject({ name: { from: null, to: 'Office' }, password: 'changed' });
    expect(entries[1]?.changes).toEqual({
      pending: { from: {}, to: { domain: 'pbx2.test' } },
      pendingPassword: 'changed',
    });
    expect(entries[2]?.changes).toEqual({ name: { from: 'Office', to: 'Home' } });
    expect(entries[3]?.changes).toMatchObject({ domain: { from: 'pbx.test', to: 'pbx2.test' }, password: 'changed' });
    const text = JSON.stringify(await database.fork().execute('select * from audit_entry where line_id = ?', [id]));
    expect(text).not.toMatch(/s3cret|n3w|v1\./);
  });

  test('of a new line nothing is written down that it does not have', async () => {
    const { id } = await make({});
    const [created] = await audit(id);
    expect(created?.changes).toMatchObject({ enabled: { from: null, to: false } });
    expect(Object.keys(created?.changes ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/password|template|former/i)]),
    );
  });

  test('what changes nothing is not written down', async () => {
    const { book, olga, id } = await make();
    await book.change(olga, id, { name: 'Office', codecs: ['opus', 'alaw'] });
    await book.edit(olga, id, { domain: 'pbx.test' }, at);
    await book.takeBack(olga, id);
    expect(await audit(id)).toHaveLength(1);
  });

  test('no password stands readable in the database, pending or applied', async () => {
    const { book, olga, id } = await make({ ...access, password: 'first-unique' });
    await book.edit(olga, id, { password: 'second-unique' }, at);
    const rows = await database.fork().execute('select * from line where id = ?', [id]);
    expect(JSON.stringify(rows)).not.toMatch(/(first|second)-unique/);
  });

  test('edits outlive the process that took them', async () => {
    const { book, olga, id } = await make();
    await book.edit(olga, id, { login: '200', password: 'n3w' }, at);
    const other = await openDatabase(cluster.url);
    try {
      const reopened = new LineBookRepository(other, box);
      expect(await reopened.find(id)).toMatchObject({ pending: { login: '200', password: true }, pendingSince: at });
      expect(await reopened.apply('timer', id)).toMatchObject({ login: '200', pending: {}, enabled: true });
    } finally {
      await other.close();
    }
  });

  test('with the edits stands when they apply by themselves, until they are not there any more', async () => {
    const { book, olga, id } = await make();
    const deadlines = new DeadlineRepository(database);
    const due = async () => (await deadlines.find(`line/${id}`, 'apply'))?.dueAt;
    const edit = async (edits: NewEdits) => book.edit('operator', id, edits, at);
    expect(await due()).toBeUndefined();
    await edit({ domain: 'pbx2.test' });
    await book.edit(olga, id, { login: '200' }, EpochMs(at + 60_000));
    await book.change(olga, id, { name: 'Home' });
    await book.switch(olga, id, false);
    expect(await due()).toBe(at + 300_000);
    const ends: (() => Promise<unknown>)[] = [
      () => edit({ domain: 'pbx.test', login: '100' }),
      () => book.apply(olga, id),
      () => book.switch(olga, id, true),
      () => book.handOver(olga, id, somebody()),
      () => book.takeBack(olga, id),
      () => book.remove(olga, id),
    ];
    for (const [place, end] of ends.entries()) {
      await edit({ proxy: `edge${place}.test` });
      if (place === 0) await edit({ proxy: '' });
      else expect(await due()).toBe(at + 300_000);
      await end();
      expect(await due()).toBeUndefined();
    }
    const { id: other } = await book.create(olga, { ...options, login: '1', pendingSince: at });
    expect((await deadlines.find(`line/${other}`, 'apply'))?.dueAt).toBe(at + 300_000);
  });

  test('a chat is one for recordings until the last of them has been delivered there', async () => {
    const { book, olga } = await make();
    const chat = `-100${somebody()}`;
    const recordings = new RecordingRepository(database);
    const recording = RecordingId(randomUUID());
    const progress = {
      ...{ nextTryAt: at, tries: 0, why: undefined, partsSent: 0, partsSentToOwner: 0, ownerTold: false },
    };
    const delivery = {
      ...{ recording, user: olga, owner: olga, chat, title: '', performer: '', caption: '', startedAt: at },
      file: { path: 'x.ogg', bytes: 1, durationMs: 1 },
    };
    await recordings.add({ ...progress, delivery, takenAt: at, deliveredAt: undefined });
    expect(await book.isRecordingsChat(chat)).toBe(true);
    await recordings.save(recording, { ...progress, deliveredAt: at });
    expect(await book.isRecordingsChat(chat)).toBe(false);
  });

  test('calls in progress are counted, without those that an earlier process left behind', async () => {
    const { olga, id } = await make();
    const began = EpochMs(Date.now() - 1_000);
    const call = async (openedAt: number, endedAt: number | null) =>
      database
        .fork()
        .execute(
          `insert into call (id, user_id, line_id, direction, opened_at, ended_at) values (?, ?, ?, 'outgoing', ?, ?)`,
          [randomUUID(), olga, id, new Date(openedAt), endedAt === null ? null : new Date(endedAt)],
        );
    await call(began - 60_000, null);
    await call(began + 10, began + 500);
    await call(began + 20, null);
    expect(await new LineBookRepository(database, box, began).callsOn(id)).toBe(1);
  });

  test('owners are listed with name and plan', async () => {
    const { book, olga } = await make();
    await database.fork().execute(`insert into person (id, name) values (?, 'Olga')`, [olga]);
    await database.fork().execute(`insert into plan_account (owner_id, plan) values (?, 'gold')`, [olga]);
    expect(await book.owners()).toContainEqual({ owner: olga, name: 'Olga', lines: 1, plan: 'gold' });
  });
});

const visible = ({ login, domain }: typeof access) => ({ login, domain, hasPassword: true });
