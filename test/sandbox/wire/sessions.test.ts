import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomAuthKey } from '../../../sandbox/telegram/wire/client-logins.ts';
import { installedLayers } from '../../../sandbox/telegram/wire/layers.ts';
import { type MtServer, startMtServer } from '../../../sandbox/telegram/wire/server.ts';
import { encodeService } from '../../../sandbox/telegram/wire/service-schema.ts';
import { TlWriter } from '../../../sandbox/telegram/wire/tl-bytes.ts';
import { eventually } from '../../support/eventually.ts';
import { RawClient } from './raw-client.ts';
import { TinyMethods } from './tiny-methods.ts';

const layer = installedLayers().get(193);
const request = (object: { _: string; [field: string]: unknown }): Buffer => {
  if (!layer) throw new Error('layer 193 is not installed');
  return layer.encode(object, { kind: 'any' });
};
const nearestDc = request({ _: 'help.getNearestDc' });
const inLayer = (query: unknown) => request({ _: 'invokeWithLayer', layer: 193, query });

const ids = {
  rpcResult: 'f35c6d01',
  badMessage: 'a7eff811',
  badSalt: 'edab447b',
  newSession: '9ec20908',
  pong: '347773c5',
  ack: '62d6b459',
  updates: '74ae4240',
};

let methods: TinyMethods;
let server: MtServer;
const key = randomAuthKey();
const clients: RawClient[] = [];

beforeEach(async () => {
  methods = new TinyMethods();
  server = await startMtServer({ methods });
  server.addAuthKey(key, '100');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await server.close();
});

const connected = async (withKey = key): Promise<RawClient> => {
  const client = await RawClient.connect(server.port, withKey);
  clients.push(client);
  return client;
};

/** Knows the salt already, as any client does after its first message. */
const salted = async (): Promise<RawClient> => {
  const client = await connected();
  client.send(nearestDc);
  const refused = await arrived(client, ids.badSalt);
  client.salt = refused.body.readBigInt64LE(20);
  return client;
};

const arrived = async (client: RawClient, id: string, count = 1) => {
  await eventually(() => expect(client.all(id).length).toBeGreaterThanOrEqual(count));
  const found = client.all(id)[count - 1];
  if (!found) throw new Error(`no ${id}`);
  return found;
};

test('a first message with a wrong salt is refused with the right one, then the session begins', async () => {
  const client = await connected();
  const first = client.send(nearestDc);
  const refused = await arrived(client, ids.badSalt);
  expect([refused.body.readBigInt64LE(4), refused.body.readInt32LE(16)]).toEqual([first, 48]);
  expect(methods.requests).toEqual([]);
  client.salt = refused.body.readBigInt64LE(20);
  const second = client.send(nearestDc);
  const created = await arrived(client, ids.newSession);
  expect(created.body.readBigInt64LE(4)).toBe(second);
  expect((await arrived(client, ids.rpcResult)).body.readBigInt64LE(4)).toBe(second);
  expect((await arrived(client, ids.ack)).body.readBigInt64LE(12)).toBe(second);
});

test('message ids rise, sequence numbers count content, answers are marked by their low bits', async () => {
  const client = await salted();
  client.send(nearestDc);
  client.send(encodeService({ _: 'ping', ping_id: 5n }), { seqNo: 2 });
  client.send(nearestDc, { seqNo: 3 });
  await arrived(client, ids.rpcResult, 2);
  const numbers = client.received.map(({ msgId }) => msgId);
  expect(numbers).toEqual(numbers.toSorted((left, right) => (left < right ? -1 : 1)));
  expect(client.received.filter(({ seqNo }) => seqNo % 2 === 1).map(({ seqNo }) => seqNo)).toEqual([1, 3, 5]);
  const lowBits = (id: string) => client.all(id).map(({ msgId }) => msgId & 3n);
  expect([lowBits(ids.rpcResult), lowBits(ids.pong), lowBits(ids.newSession)]).toEqual([[1n, 1n], [1n], [3n]]);
});

test.each([
  [16, () => BigInt(Math.floor(Date.now() / 1000) - 310) << 32n],
  [17, () => BigInt(Math.floor(Date.now() / 1000) + 40) << 32n],
  [18, () => (BigInt(Math.floor(Date.now() / 1000)) << 32n) | 2n],
])('a message id out of order is refused with code %i', async (code, msgId) => {
  const client = await salted();
  const bad = client.send(nearestDc, { msgId: msgId() });
  const refused = await arrived(client, ids.badMessage);
  expect([refused.body.readBigInt64LE(4), refused.body.readInt32LE(16)]).toEqual([bad, code]);
  expect(methods.requests).toEqual([]);
});

test('a repeated message is executed once, and its answer is sent again', async () => {
  const client = await salted();
  const msgId = client.send(nearestDc);
  const first = await arrived(client, ids.rpcResult);
  client.send(nearestDc, { msgId });
  const second = await arrived(client, ids.rpcResult, 2);
  expect([second.msgId, second.seqNo, second.body]).toEqual([first.msgId, first.seqNo, first.body]);
  expect(methods.count('help.getNearestDc')).toBe(1);
});

test('what was not acknowledged is sent again on another connection of the session, under its old numbers', async () => {
  const first = await salted();
  first.send(nearestDc);
  await arrived(first, ids.rpcResult);
  methods.say('one');
  const update = await arrived(first, ids.updates);
  first.send(encodeService({ _: 'msgs_ack', msg_ids: first.all(ids.rpcResult).map(({ msgId }) => msgId) }), {
    seqNo: 2,
  });
  first.send(encodeService({ _: 'ping', ping_id: 1n }), { seqNo: 2 });
  await arrived(first, ids.pong);
  first.end();
  await eventually(() => expect(server.transports()).toEqual([]));
  methods.say('two');
  const second = await connected();
  second.salt = first.salt;
  second.send(encodeService({ _: 'ping', ping_id: 2n }), { seqNo: 2 });
  await arrived(second, ids.updates, 2);
  expect(second.all(ids.updates)[0]).toMatchObject({ msgId: update.msgId, seqNo: update.seqNo, body: update.body });
  expect(second.all(ids.rpcResult)).toEqual([]);
  expect(second.all(ids.newSession).map(({ msgId }) => msgId)).toEqual(
    first.all(ids.newSession).map(({ msgId }) => msgId),
  );
});

test('a session that is away for too many updates is given up, and begins anew', async () => {
  const first = await salted();
  first.send(nearestDc);
  await arrived(first, ids.rpcResult);
  first.end();
  await eventually(() => expect(server.transports()).toEqual([]));
  for (let pts = 0; pts <= 5000; pts += 1) methods.say('more', pts);
  expect([methods.sessions.size, server.sessionsOf('100')]).toEqual([0, []]);
  const second = await connected();
  second.salt = first.salt;
  second.send(nearestDc);
  await arrived(second, ids.newSession);
  await arrived(second, ids.rpcResult);
  expect(second.all(ids.updates)).toEqual([]);
});

test('another session of the same login gets nothing that was sent before it made a request', async () => {
  const first = await salted();
  first.send(nearestDc);
  await arrived(first, ids.rpcResult);
  const second = await connected();
  second.salt = first.salt;
  second.sessionId = 78n;
  second.send(request({ _: 'invokeWithoutUpdates', query: { _: 'help.getNearestDc' } }));
  await arrived(second, ids.rpcResult);
  methods.say('only the first hears this');
  await arrived(first, ids.updates);
  second.send(nearestDc);
  await arrived(second, ids.rpcResult, 2);
  methods.say('both hear this');
  await arrived(first, ids.updates, 2);
  await arrived(second, ids.updates);
  expect(server.sessionsOf('100')).toHaveLength(2);
});

test('containers and packed messages are opened, gzip and zlib alike', async () => {
  const client = await salted();
  const packed = (zip: Buffer) => new TlWriter().int32(0x3072cfa1).bytes(zip).finish();
  const bodies = [packed(gzipSync(nearestDc)), packed(deflateSync(nearestDc)), inLayer({ _: 'help.getNearestDc' })];
  const container = new TlWriter().int32(0x73f1f8dc).int32(bodies.length);
  for (const body of bodies) container.int64(client.nextMsgId()).int32(1).int32(body.length).raw(body);
  client.send(container.finish(), { seqNo: 2 });
  await arrived(client, ids.rpcResult, 3);
  expect(methods.count('help.getNearestDc')).toBe(3);
});

test('a query packed inside initConnection is found', async () => {
  const client = await salted();
  const init = request({ _: 'initConnection', api_id: 1, query: { _: 'help.getNearestDc' } });
  const packedQuery = new TlWriter().int32(0x3072cfa1).bytes(gzipSync(nearestDc)).finish();
  const layered = new TlWriter().int32(0xda9b0d0d).int32(193).raw(init.subarray(0, -4)).raw(packedQuery).finish();
  client.send(layered);
  const answer = await arrived(client, ids.rpcResult);
  expect(answer.body.subarray(16).includes('DE')).toBe(true);
});

test('a chained request waits for the one it follows', async () => {
  const client = await salted();
  let release = (): void => undefined;
  methods.answers.set('help.getConfig', () => new Promise((resolve) => (release = () => resolve({ _: 'config' }))));
  const first = client.send(request({ _: 'help.getConfig' }));
  const second = client.send(request({ _: 'invokeAfterMsg', msg_id: first, query: { _: 'help.getNearestDc' } }));
  await arrived(client, ids.ack, 1);
  await eventually(() => expect(methods.count('help.getConfig')).toBe(1));
  expect(methods.count('help.getNearestDc')).toBe(0);
  release();
  await arrived(client, ids.rpcResult, 2);
  expect(client.all(ids.rpcResult).map(({ body }) => body.readBigInt64LE(4))).toEqual([first, second]);
});

test('service requests are answered outside rpc_result', async () => {
  const client = await salted();
  const salts = client.send(encodeService({ _: 'get_future_salts', num: 3 }));
  const answer = await arrived(client, 'ae500895');
  expect([answer.body.readBigInt64LE(4), answer.body.readInt32LE(16)]).toEqual([salts, 1]);
  expect(answer.body.readBigInt64LE(28)).toBe(client.salt);
  client.send(encodeService({ _: 'msgs_state_req', msg_ids: [salts, 4n] }));
  const states = await arrived(client, '04deb57d');
  expect([...states.body.subarray(12, 15)]).toEqual([2, 4, 1]);
});

test('a session is destroyed on request and is new when it comes again', async () => {
  const first = await salted();
  first.send(nearestDc);
  await arrived(first, ids.rpcResult);
  const second = await connected();
  Object.assign(second, { salt: first.salt, sessionId: 78n });
  second.send(encodeService({ _: 'destroy_session', session_id: first.sessionId }));
  expect((await arrived(second, 'e22045fc')).body.readBigInt64LE(4)).toBe(first.sessionId);
  expect(methods.sessions.size).toBe(0);
  second.send(encodeService({ _: 'destroy_session', session_id: 99n }));
  await arrived(second, '62d350c9');
  first.send(nearestDc);
  await arrived(first, ids.newSession, 2);
});

test('an answer that is no longer wanted is not sent', async () => {
  const client = await salted();
  let release = (): void => undefined;
  methods.answers.set('help.getConfig', () => new Promise((resolve) => (release = () => resolve({ _: 'config' }))));
  const slow = client.send(request({ _: 'help.getConfig' }));
  await eventually(() => expect(methods.count('help.getConfig')).toBe(1));
  const drop = client.send(encodeService({ _: 'rpc_drop_answer', req_msg_id: slow }));
  const dropped = await arrived(client, ids.rpcResult);
  expect([dropped.body.readBigInt64LE(4), dropped.body.readUInt32LE(12)]).toEqual([drop, 0xcd78e586]);
  release();
  const next = client.send(nearestDc);
  expect((await arrived(client, ids.rpcResult, 2)).body.readBigInt64LE(4)).toBe(next);
});

test('ping_delay_disconnect closes the connection after its delay', async () => {
  const client = await salted();
  client.send(encodeService({ _: 'ping_delay_disconnect', ping_id: 1n, disconnect_delay: 0 }));
  await client.closed;
  expect(client.all(ids.pong).length).toBeLessThanOrEqual(1);
});

test('a destroyed key is answered, then unknown', async () => {
  const client = await salted();
  client.send(encodeService({ _: 'destroy_auth_key' }));
  const answer = await arrived(client, ids.rpcResult);
  expect(answer.body.readUInt32LE(12)).toBe(0xf660e1d4);
  client.send(nearestDc);
  await eventually(() => expect(client.transportErrors).toEqual([-404]));
});

test('an unknown key is answered with −404', async () => {
  const client = await connected(randomAuthKey());
  client.send(nearestDc);
  await eventually(() => expect(client.transportErrors).toEqual([-404]));
});

test('an unknown method and an unknown layer are told by name', async () => {
  const client = await salted();
  client.send(new TlWriter().int32(0x12345678).finish());
  client.send(new TlWriter().int32(0xda9b0d0d).int32(5).raw(nearestDc).finish());
  client.send(Buffer.concat([nearestDc, Buffer.alloc(4)]));
  client.send(request({ _: 'help.getConfig' }).subarray(0, 4), {});
  await arrived(client, ids.rpcResult, 4);
  const told = client.all(ids.rpcResult).map(({ body }) => body.subarray(16).toString('latin1'));
  expect(told[0]).toContain('INPUT_METHOD_INVALID_305419896');
  expect(told[1]).toContain('CONNECTION_LAYER_INVALID');
  expect(told[2]).toContain('INPUT_FETCH_ERROR');
});

test('a failing method is told to the client that called it', async () => {
  methods.answers.set('help.getNearestDc', () => {
    throw new Error('no such box');
  });
  methods.answers.set('help.getConfig', () => ({ _: 'config', date: 'today' }));
  const client = await salted();
  client.send(nearestDc);
  client.send(request({ _: 'help.getConfig' }));
  await arrived(client, ids.rpcResult, 2);
  const told = client.all(ids.rpcResult).map(({ body }) => body.toString('latin1'));
  expect(told[0]).toContain('SANDBOX_FAILED: no such box');
  expect(told[1]).toContain('SANDBOX_FAILED: config.date: an int expected');
});

test.each([
  [
    'random bytes under a known key',
    (client: RawClient) => client.sendPacket(Buffer.concat([keyId(client), randomBytes(200)])),
  ],
  ['a packet of four bytes', (client: RawClient) => client.sendPacket(Buffer.alloc(4, 1))],
  ['a truncated packet', (client: RawClient) => client.sendPacket(Buffer.concat([keyId(client), Buffer.alloc(20)]))],
  ['an unencrypted message of no exchange', (client: RawClient) => client.sendPacket(Buffer.alloc(40))],
  [
    'a container that ends early',
    (client: RawClient) => void client.send(new TlWriter().int32(0x73f1f8dc).int32(9).finish()),
  ],
  [
    'a broken archive',
    (client: RawClient) => void client.send(new TlWriter().int32(0x3072cfa1).bytes(Buffer.from('x')).finish()),
  ],
])('%s ends that connection and no other', async (_, misbehave) => {
  const [bad, good] = [await salted(), await salted()];
  good.sessionId = 78n;
  misbehave(bad);
  await bad.closed;
  good.send(nearestDc);
  await arrived(good, ids.rpcResult);
});

const keyId = (client: RawClient): Buffer => client.keyId;
