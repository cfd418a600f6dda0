import { createHash } from 'node:crypto';
import {
  IntermediatePacketCodec,
  type IPacketCodec,
  MemoryStorage,
  ObfuscatedPacketCodec,
  PaddedIntermediatePacketCodec,
  TcpTransport,
  type TelegramClient,
} from '@mtcute/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RpcError } from '../../../sandbox/telegram/wire/contract.ts';
import { type MtServer, startMtServer } from '../../../sandbox/telegram/wire/server.ts';
import { eventually } from '../../support/eventually.ts';
import { type MtcuteParams, mtcute } from './mtcute-client.ts';
import { TinyMethods, user } from './tiny-methods.ts';

let methods: TinyMethods;
let server: MtServer;
const clients: TelegramClient[] = [];

beforeEach(async () => {
  methods = new TinyMethods();
  server = await startMtServer({ methods });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.destroy()));
  await server.close();
});

const loggedIn = async (params: MtcuteParams = {}) => {
  const client = await mtcute(server, params);
  clients.push(client);
  await client.importSession(server.mtcuteSession('100'), true);
  const texts: string[] = [];
  client.onRawUpdate.add(({ update }) => {
    if (update._ === 'updateNewMessage' && update.message._ === 'message') texts.push(update.message.message);
  });
  return { client, texts };
};

test('a foreign client works with an imported key, on its own layer', async () => {
  const { client } = await loggedIn();
  expect((await client.getMe()).firstName).toBe('Gateway');
  expect(server.transports()).toContain('intermediate');
  expect(server.sessionsOf('100')[0]?.layer).toBe(227);
});

test('a foreign client makes its own key, logs in and stays logged in with it', async () => {
  methods.answers.set('auth.sendCode', () => ({
    _: 'auth.sentCode',
    type: { _: 'auth.sentCodeTypeApp', length: 5 },
    phone_code_hash: 'hash',
  }));
  methods.answers.set('auth.signIn', ({ phone_code }, session) => {
    if (phone_code !== '12345') throw new RpcError(400, 'PHONE_CODE_INVALID');
    session.userId = '100';
    return { _: 'auth.authorization', user: user(100n, 'Gateway', true) };
  });
  const storage = new MemoryStorage();
  const client = await mtcute(server, { storage });
  clients.push(client);
  const me = await client.start({ phone: '+15550100', code: async () => '12345', codeSentCallback: () => undefined });
  expect(me.firstName).toBe('Gateway');
  expect(methods.count('auth.signIn')).toBe(1);
  expect((await client.getMe()).id).toBe(100);
  expect(server.sessionsOf('100')).not.toHaveLength(0);
});

const transports: readonly (readonly [string, () => IPacketCodec])[] = [
  ['padded', () => new PaddedIntermediatePacketCodec()],
  ['obfuscated intermediate', () => new ObfuscatedPacketCodec(new IntermediatePacketCodec())],
  ['obfuscated padded', () => new ObfuscatedPacketCodec(new PaddedIntermediatePacketCodec())],
];
test.each(transports)('a foreign client speaks %s', async (name, packetCodec) => {
  const transport = Object.assign(new TcpTransport(), { packetCodec });
  const { client } = await loggedIn({ transport });
  expect((await client.getMe()).firstName).toBe('Gateway');
  expect(server.transports()).toContain(name);
});

test('a foreign client binds a temporary key to its login', async () => {
  const client = await mtcute(server, { usePfs: true });
  clients.push(client);
  const login = server.mtcuteSession('100');
  await client.importSession(login, true);
  expect((await client.getMe()).firstName).toBe('Gateway');
  const permanentKeyId = createHash('sha1').update(login.authKey).digest('hex').slice(24);
  expect(server.sessionsOf('100').map(({ authKeyId }) => authKeyId)).toContain(permanentKeyId);
});

test('a pushed update arrives', async () => {
  const { client, texts } = await loggedIn();
  await client.startUpdatesLoop();
  methods.say('hello');
  await eventually(() => expect(texts).toEqual(['hello']));
});

test('an update pushed while the socket is down arrives when the session is back', async () => {
  const { client, texts } = await loggedIn();
  await client.startUpdatesLoop();
  const before = server.sessionsOf('100').map(({ sessionId }) => sessionId);
  server.faults.refuseConnections();
  server.faults.dropSockets();
  await eventually(() => expect(server.transports()).toEqual([]));
  methods.say('while offline');
  server.faults.acceptConnections();
  await eventually(() => expect(texts).toEqual(['while offline']));
  expect(server.sessionsOf('100').map(({ sessionId }) => sessionId)).toEqual(before);
});

test('an answer lost with the socket is sent again on the same session and executed once', async () => {
  const { client } = await loggedIn();
  await client.getMe();
  server.faults.loseAnswers('help.getNearestDc');
  expect((await client.call({ _: 'help.getNearestDc' })).country).toBe('DE');
  expect(methods.count('help.getNearestDc')).toBe(1);
});

test('a foreign client recovers from rotated and wrong salts', async () => {
  const { client } = await loggedIn();
  await client.getMe();
  server.faults.rotateSalts();
  expect((await client.call({ _: 'help.getNearestDc' })).thisDc).toBe(2);
  server.faults.wrongSalts();
  expect((await client.call({ _: 'help.getNearestDc' })).thisDc).toBe(2);
});

test('a foreign client reads errors that share a container', async () => {
  const { client } = await loggedIn();
  await client.getMe();
  server.faults.errorsInContainers = true;
  server.faults.failMethod('help.getNearestDc', new RpcError(400, 'PEER_ID_INVALID'), 2);
  const asked = [1, 2, 3].map(() => client.call({ _: 'help.getNearestDc' }).then(({ country }) => country, String));
  const outcomes = await Promise.all(asked);
  expect(outcomes.filter((one) => one.includes('PEER_ID_INVALID'))).toHaveLength(2);
  expect(outcomes).toContain('DE');
});
