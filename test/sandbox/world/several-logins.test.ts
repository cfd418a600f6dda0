import { type TelegramClient as Mtcute, tl } from '@mtcute/node';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Api, gramJs, trustServerKey } from '../wire/gramjs-client.ts';
import { mtcute } from '../wire/mtcute-client.ts';
import { keyPair, sha256 } from './call-math.ts';
import { endAfterTest, gramJsAccount, mtcuteAccount, stage } from './stage.ts';

const protocol = { udpP2p: true, udpReflector: true, minLayer: 65, maxLayer: 92, libraryVersions: ['11.0.0'] };
const tlProtocol: tl.RawPhoneCallProtocol = { _: 'phoneCallProtocol', ...protocol, libraryVersions: ['11.0.0'] };

/** What a foreign client hears. */
function updatesOf(client: Mtcute) {
  const calls: tl.TypePhoneCall[] = [];
  const texts: string[] = [];
  client.onRawUpdate.add(({ update }) => {
    if (update._ === 'updatePhoneCall') calls.push(update.phoneCall);
    if (update._ === 'updateNewMessage' && update.message._ === 'message') texts.push(update.message.message);
  });
  return { client, calls, texts, states: () => calls.map(({ _ }) => _) };
}

async function twoLogins() {
  const scene = await stage();
  const first = updatesOf(await mtcuteAccount(scene.telegram, scene.account.id));
  const second = updatesOf(await mtcuteAccount(scene.telegram, scene.account.id));
  return { ...scene, first, second };
}

const stranger = async (telegram: Awaited<ReturnType<typeof stage>>['telegram']) => {
  const client = await mtcute(telegram.mtproto);
  endAfterTest(() => client.destroy());
  await client.connect();
  return client;
};

const exported = (client: Mtcute) =>
  client.call({ _: 'auth.exportLoginToken', apiId: 1, apiHash: 'hash', exceptIds: [] });
async function newToken(client: Mtcute): Promise<Uint8Array> {
  const answer = await exported(client);
  if (answer._ !== 'auth.loginToken') throw new Error(answer._);
  return answer.token;
}

describe('two logins of one account', () => {
  test('both read a message, and what one writes the other sees', async () => {
    const { olga, account, first, second } = await twoLogins();
    olga.sends('hello', account.id);
    await eventually(() => expect([first.texts, second.texts]).toEqual([['hello'], ['hello']]));
    await first.client.sendText('olga_p', 'hi');
    await eventually(() => expect(second.texts).toEqual(['hello', 'hi']));
  });

  test('both ring; the one accepts, the other is told that it is over, and hears no more of it', async () => {
    const { olga, account, first, second } = await twoLogins();
    const device = olga.device();
    const call = device.requestCall(account.id, sha256(keyPair().share), protocol);
    await eventually(() =>
      expect([...first.states(), ...second.states()]).toEqual(Array(2).fill('phoneCallRequested')),
    );
    const [ring] = first.calls;
    if (ring?._ !== 'phoneCallRequested') throw new Error('no call');
    const peer: tl.RawInputPhoneCall = { _: 'inputPhoneCall', id: ring.id, accessHash: ring.accessHash };
    const accepting = { _: 'phone.acceptCall', peer, gB: keyPair().share, protocol: tlProtocol } as const;
    const accepted = await first.client.call(accepting);
    expect(accepted.phoneCall._).toBe('phoneCallWaiting');
    await eventually(() => expect(second.states()).toEqual(['phoneCallRequested', 'phoneCallDiscarded']));
    expect(second.calls[1]).not.toHaveProperty('reason', expect.anything());
    await expect(second.client.call(accepting)).rejects.toMatchObject({ text: 'CALL_ALREADY_ACCEPTED' });
    device.discardCall(call.id, 'hangup', 1);
    await eventually(() => expect(first.states()).toEqual(['phoneCallRequested', 'phoneCallDiscarded']));
    expect(second.states()).toEqual(['phoneCallRequested', 'phoneCallDiscarded']);
  });

  test('one key from two places at once is the end of it', async () => {
    const { telegram, account } = await stage();
    trustServerKey(telegram.mtproto);
    const session = telegram.sessionString(account.id);
    const other = await gramJsAccount(telegram, account.id);
    const elsewhere = { ...telegram.mtproto, socksPort: await telegram.mtproto.newPlace() };
    const [here, besides, there] = [telegram.mtproto, telegram.mtproto, elsewhere].map((place) => {
      const client = gramJs(place, session);
      endAfterTest(() => client.destroy());
      return client;
    });
    const ask = (client = here) => client?.invoke(new Api.updates.GetState());
    await here?.connect();
    await besides?.connect();
    await ask(here);
    await ask(besides);
    const ended = { errorMessage: 'AUTH_KEY_DUPLICATED', code: 406 };
    await expect(there?.connect()).rejects.toMatchObject(ended);
    await expect(ask(here)).rejects.toMatchObject(ended);
    await expect(ask(besides)).rejects.toMatchObject(ended);
    expect(await ask(other)).toBeDefined();
  });
});

describe('a login token', () => {
  test('is accepted by a login there is: a new login, named by the hash that was told', async () => {
    const { telegram, account } = await stage();
    const old = await mtcuteAccount(telegram, account.id);
    const client = await stranger(telegram);
    const token = await newToken(client);
    const { hash, current } = await old.call({ _: 'auth.acceptLoginToken', token });
    expect(current).toBeFalsy();
    const answer = await exported(client);
    expect(answer).toMatchObject({ _: 'auth.loginTokenSuccess', authorization: { _: 'auth.authorization' } });
    const { authorizations } = await old.call({ _: 'account.getAuthorizations' });
    expect(authorizations.map((one) => [one.current ?? false, one.hash.toString()])).toEqual([
      [true, '0'],
      [false, hash.toString()],
    ]);
    await expect(old.call({ _: 'auth.acceptLoginToken', token })).rejects.toMatchObject({
      text: 'AUTH_TOKEN_ALREADY_ACCEPTED',
    });
  });

  test('needs the second factor where the account has one', async () => {
    const { telegram, account } = await stage();
    telegram.world.directory.user(account.id).password = 's3cret';
    const old = await mtcuteAccount(telegram, account.id);
    const client = await stranger(telegram);
    await old.call({ _: 'auth.acceptLoginToken', token: await newToken(client) });
    await expect(exported(client)).rejects.toMatchObject({ text: 'SESSION_PASSWORD_NEEDED' });
    expect((await client.checkPassword('s3cret')).firstName).toBe('Gateway');
  });

  test('of an account that lives elsewhere is imported there', async () => {
    const { telegram, account } = await stage();
    telegram.faults.world.accountsLiveIn = 4;
    const old = await mtcuteAccount(telegram, account.id);
    const client = await stranger(telegram);
    const token = await newToken(client);
    await old.call({ _: 'auth.acceptLoginToken', token });
    expect(await exported(client)).toMatchObject({ _: 'auth.loginTokenMigrateTo', dcId: 4, token });
    // The sandbox is every data centre.
    const there = await stranger(telegram);
    await expect(there.call({ _: 'auth.importLoginToken', token: new Uint8Array(16) })).rejects.toMatchObject({
      text: 'AUTH_TOKEN_INVALIDX',
    });
    expect(await there.call({ _: 'auth.importLoginToken', token })).toMatchObject({ _: 'auth.loginTokenSuccess' });
    expect((await there.getMe()).firstName).toBe('Gateway');
  });
});

describe('the list of devices', () => {
  test('says which client it is, and one that has been there for a day ends another', async () => {
    const { telegram, account } = await stage();
    const old = await mtcuteAccount(telegram, account.id);
    const client = await stranger(telegram);
    const { hash } = await old.call({ _: 'auth.acceptLoginToken', token: await newToken(client) });
    await exported(client);
    const reset = (by: Mtcute, what: typeof hash) => by.call({ _: 'account.resetAuthorization', hash: what });
    const seen = await client.call({ _: 'account.getAuthorizations' });
    const others = seen.authorizations.filter((one) => !one.current);
    expect(others).toHaveLength(1);
    await expect(reset(client, others[0]?.hash ?? hash)).rejects.toMatchObject({
      text: 'FRESH_RESET_AUTHORISATION_FORBIDDEN',
      code: 406,
    });
    await expect(reset(old, hash.add(1))).rejects.toMatchObject({ text: 'HASH_INVALID' });
    expect(await reset(old, hash)).toBe(true);
    await expect(client.call({ _: 'updates.getState' })).rejects.toMatchObject({ text: 'SESSION_REVOKED', code: 401 });
    expect((await old.call({ _: 'account.getAuthorizations' })).authorizations).toHaveLength(1);
  });
});
