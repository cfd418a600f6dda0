import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { Api } from 'telegram';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startTelegram } from '../sandbox/telegram/telegram.ts';
import { RpcError } from '../sandbox/telegram/wire/contract.ts';
import { type CallUpdate, openTelegram } from '../src/adapters/telegram/client/account.ts';
import type { Clock } from '../src/adapters/telegram/client/clock.ts';
import { endElsewhere } from '../src/adapters/telegram/login/end-elsewhere.ts';
import { logOut } from '../src/adapters/telegram/login/log-out.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { LoginRepository } from '../src/db/login-repository.ts';
import { LoginRequestRepository } from '../src/db/login-requests.ts';
import { SecretBox } from '../src/db/secret-box.ts';
import { hostLogin } from '../src/host-login.ts';
import { reads } from './adapters/telegram-client/chat-account.ts';
import { ManualClock } from './adapters/telegram-client/manual-clock.ts';
import { MemoryMailbox, MemoryPeers } from './fakes/memory-mailbox.ts';
import { keyPair, sha256 } from './sandbox/world/call-math.ts';
import { temporaryCluster } from './support/database.ts';
import { eventually } from './support/eventually.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
const box = new SecretBox(Buffer.alloc(32, 7));
const protocol = { udpP2p: true, udpReflector: true, minLayer: 65, maxLayer: 92, libraryVersions: ['11.0.0'] };

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});
beforeEach(async () => {
  for (const table of ['login', 'login_request', 'chat_account']) await database.fork().execute(`delete from ${table}`);
});

/** Somebody who can write to the database, but does not have the key. */
const strangers = () => new LoginRequestRepository({ database, box: new SecretBox(randomBytes(32)), url: cluster.url });

/** An installation whose host `a` was logged in by a person. */
async function installation({ password, secondFactor }: { password?: string; secondFactor?: string } = {}) {
  const sandbox = await startTelegram();
  onTestFinished(() => sandbox.close());
  const account = sandbox.addUser({ firstName: 'Telephone', phone: '15550100', ...(password && { password }) });
  const olga = sandbox.person(sandbox.addUser({ firstName: 'Olga', username: 'olga_p', phone: '15550101' }).id);
  const storage = { database, box, url: cluster.url };
  const logins = new LoginRepository(database, box);
  const requests = new LoginRequestRepository(storage);
  await logins.keep('a', { session: sandbox.sessionString(account.id), secondFactor });
  const tokens = vi.spyOn(sandbox.world.logins, 'newToken');
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const { fingerprint, modulus, exponent } = sandbox.rsa;
  const telegram = {
    apiId: 1,
    apiHash: 'hash',
    proxy: { host: '127.0.0.1', port: sandbox.socksPort },
    rsaKeys: [{ fingerprint, n: modulus, e: exponent }],
  };
  const loginOf = (host: string, timing: { clock?: Clock; patienceMs?: number } = {}) =>
    hostLogin({ host, storage, telegram, log, ...timing });
  /** A host that runs; without `clock` real time passes for it. */
  const start = async (host: string, timing: { clock?: Clock } = {}) => {
    const login = await loginOf(host, timing);
    const { session, device } = login;
    const stores = { mailbox: new MemoryMailbox(), peers: new MemoryPeers() };
    const opened = await openTelegram({ ...telegram, session, device, log, ...stores });
    onTestFinished(() => opened.close());
    const end = await login.serve(opened);
    onTestFinished(end);
    const calls: CallUpdate[] = [];
    opened.onCallUpdate((update) => calls.push(update));
    const rings = () =>
      calls.map((update) => (update instanceof Api.UpdatePhoneCall ? update.phoneCall.className : update.className));
    return { login, account: opened, mailbox: stores.mailbox, calls, rings, end };
  };
  const asked = async () => {
    const rows = await database.fork().execute<{ id: string }[]>('select id from login_request');
    return rows[0]?.id;
  };
  const devices = async (host: Awaited<ReturnType<typeof start>>) => {
    const { authorizations } = await host.account.invoke(new Api.account.GetAuthorizations());
    return authorizations.map(({ current, deviceModel, hash }) => ({ current, deviceModel, hash: hash.toString() }));
  };
  return { sandbox, account, olga, tokens, logins, requests, lines, telegram, log, loginOf, start, asked, devices };
}

/** What the chat account reads on this host, from now on. */
async function texts({ account, mailbox }: Pick<Awaited<ReturnType<Running>>, 'account' | 'mailbox'>) {
  const { texts: read } = await reads(account, mailbox);
  return read;
}
type Running = Awaited<ReturnType<typeof installation>>['start'];

describe('a host without a login', () => {
  test('gets one that a logged-in host vouches for, keeps it, and does not ask again', async () => {
    const { sandbox, start, loginOf, logins, account, devices, asked } = await installation();
    // Telegram lets the new one in before the other learns how it is called.
    sandbox.faults.wire.delayAnswers('auth.acceptLoginToken', 500);
    const a = await start('a');
    const b = await start('b');
    expect(b.account.selfId).toBe(account.id);
    expect(b.login.session).not.toBe(a.login.session);
    expect(await logins.session('b')).toBe(b.login.session);
    expect((await loginOf('b')).session).toBe(b.login.session);
    expect(await asked()).toBeUndefined();
    const [own, other] = await devices(a);
    expect(own).toEqual({ current: true, deviceModel: 'siptg a', hash: '0' });
    const listed = await logins.hosts();
    expect(listed).toMatchObject([
      { host: 'a', state: 'ready', authorization: expect.stringMatching(/^-?\d+$/) },
      { host: 'b', state: 'ready', authorization: other?.hash },
    ]);
    expect((await devices(b)).find(({ current }) => !current)?.hash).toBe(listed[0]?.authorization);
  });

  test('asks anew when its token expires, of hosts that start meanwhile as well', async () => {
    const { start, loginOf, asked } = await installation();
    const clock = new ManualClock();
    const made = loginOf('b', { clock });
    const first = await eventually(async () => (await asked()) ?? expect.fail());
    await clock.pass(29_000);
    expect(await asked()).toBe(first);
    await clock.pass(1_000);
    await eventually(async () => expect([undefined, first]).not.toContain(await asked()));
    const a = await start('a');
    expect((await made).session).not.toBe(a.login.session);
  });

  test('is not let in by a token that has expired, but by the next', async () => {
    const { sandbox, start, loginOf, lines, requests, asked } = await installation();
    sandbox.faults.wire.failMethod('auth.acceptLoginToken', new RpcError(400, 'AUTH_TOKEN_EXPIRED'));
    const clock = new ManualClock();
    await start('a');
    const made = loginOf('b', { clock });
    const id = await eventually(async () => (await asked()) ?? expect.fail());
    await eventually(async () =>
      expect(await requests.reply(id)).toEqual({ kind: 'refused', why: 'a: AUTH_TOKEN_EXPIRED' }),
    );
    await clock.pass(30_000);
    await made;
    expect(lines.some((line) => line.includes('AUTH_TOKEN_EXPIRED'))).toBe(true);
  });

  test('says after a minute what to do when nobody answers, and leaves no request behind', async () => {
    const { loginOf, asked } = await installation();
    const clock = new ManualClock();
    const made = loginOf('b', { clock });
    const outcome = made.catch((error: unknown) => error);
    const first = await eventually(async () => (await asked()) ?? expect.fail());
    await clock.pass(30_000);
    await eventually(async () => expect([undefined, first]).not.toContain(await asked()));
    await clock.pass(29_999);
    expect(await asked()).toBeDefined();
    await clock.pass(1);
    expect(await outcome).toMatchObject({
      name: 'LoginFailed',
      message: 'No logged-in host answered: start a host that is logged in, or run `npm run cli -- login` on this one.',
    });
    expect(await asked()).toBeUndefined();
    expect(clock.waiting).toBe(0);
  });

  test('learns that it was accepted from the host that did, should Telegram be late to say so', async () => {
    const { sandbox, start, loginOf } = await installation();
    await start('a');
    sandbox.faults.wire.updateDelayMs = 600_000;
    const clock = new ManualClock();
    await loginOf('b', { clock });
    expect(clock.now()).toBe(new ManualClock().now());
  });

  test('asks nobody where no host has a login', async () => {
    const { loginOf, logins, asked } = await installation();
    await logins.revoke('a');
    await expect(loginOf('b')).rejects.toMatchObject({ name: 'NotLoggedIn' });
    expect(await asked()).toBeUndefined();
  });

  test('moves to the data centre where the account lives', async () => {
    const { sandbox, start, account } = await installation();
    sandbox.faults.world.accountsLiveIn = 4;
    await start('a');
    expect((await start('b')).account.selfId).toBe(account.id);
  });

  test('gives the second factor where it was kept, and keeps it for the next; no secret is logged', async () => {
    const { start, logins, lines, tokens } = await installation({
      password: 'correct horse',
      secondFactor: 'correct horse',
    });
    const a = await start('a');
    const b = await start('b');
    await logins.revoke('a');
    expect(await logins.secondFactor()).toBe('correct horse');
    const written = lines.join('');
    expect(written).toContain('other hosts are asked');
    const token: Buffer = tokens.mock.results[0]?.value.token;
    expect(token).toHaveLength(16);
    const forms = (['base64', 'base64url', 'hex'] as const).map((form) => token.toString(form));
    const asBytes = JSON.stringify([...token]).slice(1, -1);
    const secrets = ['correct horse', a.login.session, b.login.session, ...forms, asBytes];
    for (const secret of secrets) expect(written).not.toContain(secret);
  });

  test.each([
    [undefined, 'The account has a second factor, and it was not kept for further hosts such as b'],
    ['battery staple', 'The second factor that was kept is not the account’s any more'],
  ])('with the second factor %s kept says what to do', async (secondFactor, message) => {
    const { start, loginOf } = await installation({ password: 'correct horse', ...(secondFactor && { secondFactor }) });
    await start('a');
    await expect(loginOf('b')).rejects.toMatchObject({
      name: 'LoginFailed',
      message: `${message}: start a host that is logged in, or run \`npm run cli -- login\` on this one`,
    });
  });

  test('whose login was lost gets another', async () => {
    const { start, loginOf, logins, telegram, log } = await installation();
    await start('a');
    const b = await start('b');
    await logOut({ ...telegram, session: b.login.session, log });
    await b.account.invoke(new Api.updates.GetState()).catch(() => {});
    expect(b.account.state).toBe('login lost');
    await eventually(async () => expect(await logins.hosts()).toMatchObject([{}, { host: 'b', state: 'lost' }]));
    expect((await loginOf('b')).session).not.toBe(b.login.session);
    expect(await logins.hosts()).toMatchObject([{}, { host: 'b', state: 'ready' }]);
  });

  test('that finds its login lost when it starts gets another at the next start', async () => {
    const { start, loginOf, logins, telegram, log } = await installation();
    await start('a');
    const { session } = await loginOf('b');
    await logOut({ ...telegram, session, log });
    const refused = await start('b').catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'LoginLost' });
    await (await loginOf('b')).judge(refused);
    expect(await logins.hosts()).toMatchObject([{}, { host: 'b', state: 'lost' }]);
    await start('b');
  });
});

describe('a logged-in host', () => {
  test('accepts nothing that is not sealed with the installation’s key, or that was sealed for another host', async () => {
    const { sandbox, start, lines, requests } = await installation();
    const accepted = vi.spyOn(sandbox.world.logins, 'scan');
    const task = { kind: 'accept', token: sandbox.world.logins.newToken().token.toString('base64url') } as const;
    await strangers().ask('b', task, 30_000);
    const ours = await requests.ask('c', task, 30_000);
    await database.fork().execute(`update login_request set subject = 'accept/evil' where id = ?`, [ours]);
    await start('a');
    const refusal = { kind: 'refused', why: 'not sealed with the key of this installation' };
    await eventually(async () => expect(await requests.reply(ours)).toEqual(refusal));
    expect(lines.filter((line) => line.includes('it is not answered'))).toHaveLength(2);
    expect(accepted).not.toHaveBeenCalled();
    await requests.ask('c', task, 30_000);
    await eventually(() => expect(accepted).toHaveBeenCalledTimes(1));
    expect(lines.filter((line) => line.includes('it is not answered'))).toHaveLength(2);
  });

  test('is the only one of two that accepts', async () => {
    const { sandbox, start, logins } = await installation();
    await start('a');
    await start('b');
    const accepted = vi.spyOn(sandbox.world.logins, 'scan');
    await start('c');
    expect(accepted).toHaveBeenCalledTimes(1);
    expect((await logins.hosts()).map(({ host }) => host)).toEqual(['a', 'b', 'c']);
  });
});

describe('two hosts of one account', () => {
  test('both see a message', async () => {
    const { start, olga, account } = await installation();
    const read = await Promise.all([await start('a'), await start('b')].map(texts));
    olga.sends('hello', account.id);
    await eventually(() => expect(read.map((these) => these())).toEqual([['hello'], ['hello']]));
  });

  test('both ring; one accepts, the other is told and says nothing', async () => {
    const { sandbox, start, olga, account } = await installation();
    const a = await start('a');
    const b = await start('b');
    const device = olga.device();
    const call = device.requestCall(account.id, sha256(keyPair().share), protocol);
    await eventually(() => expect([a.rings(), b.rings()]).toEqual([['PhoneCallRequested'], ['PhoneCallRequested']]));
    const [ring] = b.calls;
    const requested = ring instanceof Api.UpdatePhoneCall ? ring.phoneCall : undefined;
    if (!(requested instanceof Api.PhoneCallRequested)) throw new Error('nobody rang');
    const peer = new Api.InputPhoneCall({ id: requested.id, accessHash: requested.accessHash });
    const tlProtocol = new Api.PhoneCallProtocol({ ...protocol, libraryVersions: [...protocol.libraryVersions] });
    await b.account.invoke(new Api.phone.AcceptCall({ peer, gB: keyPair().share, protocol: tlProtocol }));
    await eventually(() => expect(a.rings()).toEqual(['PhoneCallRequested', 'PhoneCallDiscarded']));
    expect(b.rings()).toEqual(['PhoneCallRequested']);
    expect(sandbox.world.calls.call(BigInt(call.id), account.id).state.name).toBe('accepted');
    device.discardCall(call.id, 'hangup', 0);
    await eventually(() => expect(b.rings()).toEqual(['PhoneCallRequested', 'PhoneCallDiscarded']));
    expect(a.rings()).toEqual(['PhoneCallRequested', 'PhoneCallDiscarded']);
  });
});

describe('a login that is revoked', () => {
  test('is ended by another host, and its own host notices by itself', async () => {
    const { start, logins, requests, devices } = await installation();
    const a = await start('a');
    const b = await start('b');
    const [, { authorization } = { authorization: undefined }] = await logins.hosts();
    expect(await endElsewhere({ requests, host: 'b', authorization })).toBeUndefined();
    await eventually(() => expect(b.account.state).toBe('login lost'));
    expect(a.account.state).toBe('connected');
    expect(await devices(a)).toHaveLength(1);
    // It is gone already, which is what was wanted.
    expect(await endElsewhere({ requests, host: 'b', authorization })).toBeUndefined();
  });

  test('is found by the name of its device where nobody knows its authorization', async () => {
    const { start, requests } = await installation();
    await start('a');
    const b = await start('b');
    expect(await endElsewhere({ requests, host: 'b', authorization: undefined })).toBeUndefined();
    await eventually(() => expect(b.account.state).toBe('login lost'));
    expect(await endElsewhere({ requests, host: 'x', authorization: undefined, timeoutMs: 1_000 })).toBe(
      'a: NotListed',
    );
  });

  test('is not ended by one that Telegram takes for too young, nor by itself, nor by nobody', async () => {
    const { start, requests, logins } = await installation();
    const a = await start('a');
    await start('b');
    const [{ authorization } = { authorization: undefined }] = await logins.hosts();
    const ending = { requests, host: 'a', authorization, timeoutMs: 1_500 };
    expect(await endElsewhere(ending)).toBe('b: FRESH_RESET_AUTHORISATION_FORBIDDEN');
    expect(a.account.state).toBe('connected');
    expect(
      await endElsewhere({
        ...ending,
        host: 'b',
        requests: strangers(),
      }),
    ).toBe('not sealed with the key of this installation');
  });
});
