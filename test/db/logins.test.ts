import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { LoginRepository } from '../../src/db/login-repository.ts';
import { LoginRequestRepository } from '../../src/db/login-requests.ts';
import { MailboxRepository } from '../../src/db/mailbox-repository.ts';
import { SecretBox } from '../../src/db/secret-box.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { temporaryCluster } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let logins: LoginRepository;
let requests: LoginRequestRepository;
const box = new SecretBox(Buffer.alloc(32, 7));
const otherBox = new SecretBox(Buffer.alloc(32, 8));

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  logins = new LoginRepository(database, box);
  requests = new LoginRequestRepository({ database, box, url: cluster.url });
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});
beforeEach(async () => {
  for (const table of ['login', 'login_request', 'chat_account']) await database.fork().execute(`delete from ${table}`);
});

/** As the version before kept it. */
const keepOfBefore = (session: string) =>
  database
    .fork()
    .execute(`insert into chat_account (id, session) values ('login', ?)`, [
      box.seal(session, 'chat_account/login/session'),
    ]);
const ofBefore = async () => {
  const rows = await database.fork().execute<{ session: string | null }[]>('select session from chat_account');
  const sealed = rows[0]?.session;
  return sealed ? box.open(sealed, 'chat_account/login/session') : undefined;
};

describe('the login of a host', () => {
  test('is its own, sealed; a new one replaces it and leaves those of others alone', async () => {
    expect(await logins.session('a')).toBeUndefined();
    await logins.keep('a', { session: 'first' });
    await logins.keep('b', { session: 'other', authorization: '-5' });
    await new MailboxRepository(database).save(UserId('7'), { pts: 9, qts: 0, date: 101 });
    expect(await logins.session('a')).toBe('first');
    await logins.keep('a', { session: 'newest' });
    expect([await logins.session('a'), await logins.session('b')]).toEqual(['newest', 'other']);
    expect(JSON.stringify(await database.fork().execute('select * from login'))).not.toMatch(/first|newest|other/);
    await expect(new LoginRepository(database, otherBox).session('a')).rejects.toMatchObject({
      name: 'WrongSecretKey',
    });
  });

  test('is listed with when it was made, and how others call it', async () => {
    await logins.keep('b', { session: 'x', authorization: '-5' });
    await logins.keep('a', { session: 'y' });
    await requests.name('a', '8');
    await requests.name('b', '9');
    expect(await logins.hosts()).toEqual([
      { host: 'b', state: 'ready', authorization: '-5', madeAt: expect.any(Date) },
      { host: 'a', state: 'ready', authorization: '8', madeAt: expect.any(Date) },
    ]);
  });

  test('that is lost is nobody’s, until another is kept; of an older login nothing is lost', async () => {
    await logins.keep('a', { session: 'first' });
    await logins.lose('a', 'older');
    expect(await logins.session('a')).toBe('first');
    await logins.lose('a', 'first');
    expect(await logins.session('a')).toBeUndefined();
    expect(await logins.hosts()).toMatchObject([{ host: 'a', state: 'lost' }]);
    await logins.keep('a', { session: 'newest' });
    expect(await logins.hosts()).toMatchObject([{ host: 'a', state: 'ready' }]);
  });

  test('is gone when it is revoked, and its second factor with it', async () => {
    await logins.keep('a', { session: 'x', secondFactor: 'open sesame' });
    expect(await logins.secondFactor()).toBe('open sesame');
    expect([await logins.revoke('a'), await logins.revoke('a')]).toEqual([true, false]);
    expect([await logins.session('a'), await logins.secondFactor()]).toEqual([undefined, undefined]);
  });
});

describe('the login of an installation of before', () => {
  test('belongs to the first host that asks, and stays for a roll-back', async () => {
    await keepOfBefore('old');
    const asked = await Promise.all(['a', 'b', 'c'].map((host) => logins.session(host)));
    expect(asked.filter(Boolean)).toEqual(['old']);
    const [owner] = await logins.hosts();
    expect(await logins.session(owner?.host ?? '')).toBe('old');
    await logins.keep('d', { session: 'handed over' });
    expect(await ofBefore()).toBe('old');
  });

  test('is forgotten with the host’s that has it, and given to nobody else', async () => {
    await keepOfBefore('old');
    await logins.session('a');
    await logins.keep('b', { session: 'handed over' });
    await logins.revoke('b');
    expect(await ofBefore()).toBe('old');
    await logins.revoke('a');
    expect(await ofBefore()).toBeUndefined();
    expect(await logins.session('c')).toBeUndefined();
  });

  test('is forgotten when a person logs in instead', async () => {
    await keepOfBefore('old');
    expect(await logins.revoke('a')).toBe(false);
    expect(await ofBefore()).toBe('old');
    await logins.keep('a', { session: 'new' });
    expect(await ofBefore()).toBeUndefined();
  });
});

describe('a request about a login', () => {
  const task = { kind: 'accept', token: 'dG9rZW4' } as const;
  const forged = () => expect.fail('forged');

  test('is heard by the others, is sealed, and is taken by one', async () => {
    const heard = vi.fn<() => void>();
    onTestFinished(await requests.watch(heard));
    const id = await requests.ask('a', task, 30_000);
    await eventually(() => expect(heard).toHaveBeenCalled());
    expect(await requests.open('a', forged)).toEqual([]);
    expect(await requests.open('b', forged)).toEqual([{ id, host: 'a', task }]);
    expect(JSON.stringify(await database.fork().execute('select * from login_request'))).not.toContain(task.token);
    expect([await requests.take(id, 'b'), await requests.take(id, 'c')]).toEqual([true, false]);
    expect(await requests.open('c', forged)).toEqual([]);
    await requests.done(id, 'c', '1');
    expect(await requests.reply(id)).toBeUndefined();
    await requests.done(id, 'b', '77');
    expect(await requests.reply(id)).toEqual({ kind: 'done', authorization: '77' });
    expect(JSON.stringify(await database.fork().execute('select answer from login_request'))).not.toContain('77');
    expect(await requests.take(id, 'c')).toBe(false);
  });

  test('that one refuses is left to the others', async () => {
    const id = await requests.ask('a', task, 30_000);
    await requests.take(id, 'b');
    await requests.refuse(id, 'b', 'b: no');
    expect(await requests.reply(id)).toEqual({ kind: 'refused', why: 'b: no' });
    expect(await requests.open('b', forged)).toEqual([]);
    expect(await requests.open('c', forged)).toHaveLength(1);
    await requests.take(id, 'c');
    await requests.refuse(id, 'b', 'b: still no');
    await requests.done(id, 'c');
    expect(await requests.reply(id)).toEqual({ kind: 'done' });
  });

  test('ends with its time, is replaced by the next of the same host, and can be withdrawn', async () => {
    const late = await requests.ask('a', task, -1);
    expect([await requests.open('b', forged), await requests.take(late, 'b')]).toEqual([[], false]);
    const first = await requests.ask('a', task, 30_000);
    const other = await requests.ask('c', task, 30_000);
    const second = await requests.ask('a', task, 60_000);
    expect((await requests.open('b', forged)).map(({ id }) => id)).toEqual([other, second]);
    expect(await requests.take(first, 'b')).toBe(false);
    await requests.withdraw(second);
    expect((await requests.open('b', forged)).map(({ id }) => id)).toEqual([other]);
  });

  test('of whoever lacks the key is told once and not done', async () => {
    const stranger = new LoginRequestRepository({ database, box: otherBox, url: cluster.url });
    const id = await stranger.ask('a', task, 30_000);
    const told: string[] = [];
    expect(await requests.open('b', (one) => told.push(one))).toEqual([]);
    expect(await requests.open('b', (one) => told.push(one))).toEqual([]);
    expect(told).toEqual([id]);
  });
});
