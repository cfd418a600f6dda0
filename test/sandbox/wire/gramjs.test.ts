import { afterEach, beforeEach, expect, test } from 'vitest';
import { RpcError } from '../../../sandbox/telegram/wire/contract.ts';
import { type MtServer, startMtServer } from '../../../sandbox/telegram/wire/server.ts';
import { eventually } from '../../support/eventually.ts';
import { Api, connections, gramJs, Raw, trustServerKey } from './gramjs-client.ts';
import { TinyMethods } from './tiny-methods.ts';

let methods: TinyMethods;
let server: MtServer;
const clients: ReturnType<typeof gramJs>[] = [];

beforeEach(async () => {
  methods = new TinyMethods();
  server = await startMtServer({ methods });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.destroy()));
  await server.close();
});

const connected = async (...[session, params]: [string?, Parameters<typeof gramJs>[2]?]) => {
  const client = gramJs(server, session ?? server.sessionString('100'), params);
  clients.push(client);
  const texts: string[] = [];
  client.addEventHandler((update: { message?: { message?: string } }) => {
    if (update.message?.message) texts.push(update.message.message);
  }, new Raw({}));
  await client.connect();
  return { client, texts };
};

test('stock GramJS works through the proxy with a pre-shared key', async () => {
  const { client } = await connected();
  const me = await client.getMe();
  expect([me.id.toString(), me.firstName]).toEqual(['100', 'Gateway']);
  expect(server.transports()).toEqual(['full']);
  expect(server.sessionsOf('100')[0]).toMatchObject({ layer: 193, userId: '100' });
});

test('GramJS makes its own key by the full handshake and is nobody with it', async () => {
  trustServerKey(server);
  const { client } = await connected('');
  expect((await client.invoke(new Api.help.GetNearestDc())).country).toBe('DE');
  await expect(client.getMe()).rejects.toThrow('AUTH_KEY_UNREGISTERED');
});

test('a login made after the handshake stays with the key', async () => {
  trustServerKey(server);
  methods.answers.set('auth.logOut', (_, session) => {
    session.userId = '100'; // any method will do to stand for a login
    return { _: 'auth.loggedOut' };
  });
  const { client } = await connected('');
  await client.invoke(new Api.auth.LogOut());
  expect((await client.getMe()).id.toString()).toBe('100');
  expect(server.sessionsOf('100')).toHaveLength(1);
});

test.each([
  ['ConnectionTCPAbridged', 'abridged'],
  ['ConnectionTCPObfuscated', 'obfuscated abridged'],
] as const)('GramJS speaks over %s', async (name, transport) => {
  const { client } = await connected(undefined, { connection: connections[name] });
  expect((await client.getMe()).firstName).toBe('Gateway');
  expect(server.transports()).toEqual([transport]);
});

test('a pushed update arrives, and a large answer arrives packed', async () => {
  const { client, texts } = await connected();
  await client.getMe();
  methods.say('hello');
  await eventually(() => expect(texts).toEqual(['hello']));
  methods.answers.set('help.getNearestDc', () => ({
    _: 'nearestDc',
    country: 'x'.repeat(10_000),
    this_dc: 2,
    nearest_dc: 2,
  }));
  expect((await client.invoke(new Api.help.GetNearestDc())).country).toHaveLength(10_000);
});

test('GramJS recovers from a rotated salt and from a wrong one', async () => {
  const { client } = await connected();
  server.faults.rotateSalts();
  expect((await client.getMe()).firstName).toBe('Gateway');
  server.faults.wrongSalts(2);
  expect((await client.getMe()).firstName).toBe('Gateway');
});

test('GramJS adapts to a server whose clock differs', async () => {
  const { client } = await connected();
  await client.getMe();
  server.faults.clockSkewMs = 3_600_000;
  expect((await client.getMe()).firstName).toBe('Gateway');
});

test('a lost answer makes GramJS ask again in a new session', async () => {
  const { client } = await connected();
  const [before] = server.sessionsOf('100');
  server.faults.loseAnswers('help.getNearestDc');
  expect((await client.invoke(new Api.help.GetNearestDc())).country).toBe('DE');
  expect(methods.count('help.getNearestDc')).toBe(2);
  expect(server.sessionsOf('100').map(({ sessionId }) => sessionId)).toHaveLength(2);
  expect(server.sessionsOf('100')[1]?.sessionId).not.toBe(before?.sessionId);
});

test('GramJS returns after refused connections', async () => {
  const { client, texts } = await connected();
  await client.getMe();
  server.faults.refuseConnections();
  server.faults.dropSockets('100');
  await eventually(() => expect(server.transports()).toEqual([]));
  const pending = client.invoke(new Api.help.GetNearestDc());
  server.faults.acceptConnections();
  expect((await pending).country).toBe('DE');
  await client.getMe();
  methods.say('again');
  await eventually(() => expect(texts).toContain('again'));
});

test('an error is thrown once, then the method works', async () => {
  const { client } = await connected();
  server.faults.failMethod('help.getNearestDc', new RpcError(400, 'PEER_ID_INVALID'));
  await expect(client.invoke(new Api.help.GetNearestDc())).rejects.toThrow('PEER_ID_INVALID');
  expect((await client.invoke(new Api.help.GetNearestDc())).country).toBe('DE');
  expect(methods.count('help.getNearestDc')).toBe(1);
});

test('GramJS loses what follows an error in the same container, so the server does not send that unasked', async () => {
  const { client } = await connected();
  const askTwice = () => {
    server.faults.failMethod('help.getNearestDc', new RpcError(400, 'PEER_ID_INVALID'));
    const settled: string[] = [];
    const asked = [1, 2].map(() =>
      client.invoke(new Api.help.GetNearestDc()).then(
        ({ country }) => settled.push(country),
        ({ errorMessage }: { errorMessage: string }) => settled.push(errorMessage),
      ),
    );
    return { settled, asked: Promise.all(asked) };
  };
  const apart = askTwice();
  await apart.asked;
  expect(apart.settled.toSorted()).toEqual(['DE', 'PEER_ID_INVALID']);
  server.faults.errorsInContainers = true;
  const together = askTwice();
  await eventually(() => expect(together.settled).toEqual(['PEER_ID_INVALID']));
  await client.getMe();
  expect(together.settled).toEqual(['PEER_ID_INVALID']);
});

test('a long FLOOD_WAIT is thrown with its seconds', async () => {
  const { client } = await connected();
  server.faults.floodWait('help.getNearestDc', 3600);
  await expect(client.invoke(new Api.help.GetNearestDc())).rejects.toMatchObject({ seconds: 3600 });
});

test.each(['SESSION_REVOKED', 'AUTH_KEY_UNREGISTERED', 'AUTH_KEY_DUPLICATED'] as const)(
  'after %s every request is refused and no update comes',
  async (how) => {
    const { client } = await connected();
    await client.getMe();
    server.revoke('100', how);
    expect(methods.sessions.size).toBe(0);
    await expect(client.getMe()).rejects.toThrow(how);
  },
);

test('GramJS reports a broken key once the server has forgotten it', async () => {
  const states: number[] = [];
  const { client } = await connected();
  await client.getMe();
  client.addEventHandler((update: { state?: number }) => {
    if (update.state !== undefined) states.push(update.state);
  });
  server.revoke('100', 'key-forgotten');
  const asked = client.getMe().catch(() => undefined);
  await eventually(() => expect(states).toContain(0));
  void asked; // never settles: GramJS neither rejects nor makes a new key
});
