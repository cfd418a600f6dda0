import { expect, test } from 'vitest';
import { WorldRpc } from '../../../sandbox/telegram/rpc/methods.ts';
import type { RpcSession, TlObject } from '../../../sandbox/telegram/wire/contract.ts';
import { SteppedClock } from '../../../sandbox/telegram/world/clock.ts';
import { World } from '../../../sandbox/telegram/world/world.ts';
import { keyPair, sha256 } from './call-math.ts';

function scene() {
  const world = new World({ clock: new SteppedClock() });
  const rpc = new WorldRpc(world);
  const [olga, uwe] = ['Olga', 'Uwe'].map((firstName) => world.directory.addUser({ firstName }));
  if (!olga || !uwe) throw new Error('nobody there');
  let sessionCount = 0;
  const login = (authKeyId: string, userId?: string) => {
    const pushed: TlObject[] = [];
    const session: RpcSession = {
      authKeyId,
      sessionId: String(++sessionCount),
      userId,
      layer: 227,
      login: {
        hash: 1n,
        device: { apiId: 1, deviceModel: '', systemVersion: '', appVersion: '' },
        createdMs: 0,
        activeMs: 0,
      },
      logins: () => [],
      end: () => {},
      push: (updates) => pushed.push(updates),
    };
    rpc.opened(session);
    const call = async (name: string, fields: object = {}) => rpc.handle({ _: name, ...fields }, session);
    const names = () =>
      pushed.map((one) => (Array.isArray(one['updates']) ? (one['updates'][0] as TlObject)._ : one._));
    return { session, pushed, call, names };
  };
  const peer = (user: typeof olga) => ({
    _: 'inputPeerUser',
    user_id: BigInt(user.id),
    access_hash: user.accessHash,
  });
  let randomId = 1n;
  const sends = (to: TlObject, message: string) => ({ peer: to, message, random_id: randomId++ });
  return { world, rpc, olga, uwe, login, peer, sends };
}

test('who is not logged in may only log in', async () => {
  const { login } = scene();
  const { call } = login('key');
  await expect(call('updates.getState')).rejects.toMatchObject({ code: 401, errorMessage: 'AUTH_KEY_UNREGISTERED' });
  await expect(call('auth.exportAuthorization')).rejects.toMatchObject({ code: 401 });
  expect(await call('help.getConfig')).toMatchObject({ _: 'config', call_ring_timeout_ms: 90_000 });
});

test('an update goes to every session of those concerned, except the one that caused it', async () => {
  const { login, olga, uwe, peer, sends } = scene();
  const asking = login('phone', olga.id);
  const sameKey = login('phone', olga.id);
  const desktop = login('desktop', olga.id);
  const other = login('other', uwe.id);
  const stranger = login('stranger');
  await asking.call('messages.sendMessage', sends(peer(uwe), 'hi'));
  expect(asking.names()).toEqual([]);
  for (const { names } of [sameKey, desktop, other]) expect(names()).toEqual(['updateNewMessage']);
  expect(stranger.names()).toEqual([]);
  expect(other.pushed[0]).toMatchObject({ users: [expect.objectContaining({ first_name: 'Olga' })] });
});

test('sendMessage is answered in full and in short, in turns', async () => {
  const { login, olga, uwe, peer, sends, world } = scene();
  const { call } = login('phone', olga.id);
  expect(await call('messages.sendMessage', sends(peer(uwe), 'a'))).toMatchObject({
    _: 'updates',
    updates: [
      { _: 'updateMessageID', id: 1 },
      { _: 'updateNewMessage', pts: 2, pts_count: 1 },
    ],
  });
  const short = await call('messages.sendMessage', sends(peer(uwe), 'b'));
  expect(short).toMatchObject({ _: 'updateShortSentMessage', id: 2, pts: 3, pts_count: 1 });
  expect(world.messaging.box(olga.id).pts).toBe(3);
});

test('a wrong access hash is no peer', async () => {
  const { login, olga, uwe, peer, sends } = scene();
  const { call } = login('phone', olga.id);
  const wrong = { ...peer(uwe), access_hash: 1n };
  await expect(call('messages.sendMessage', sends(wrong, 'x'))).rejects.toMatchObject({
    errorMessage: 'PEER_ID_INVALID',
  });
  await expect(call('messages.sendMessage', sends({ _: 'inputPeerEmpty' }, 'x'))).rejects.toMatchObject({
    errorMessage: 'PEER_ID_INVALID',
  });
});

test('requests that lack fields or hold wrong ones are refused, not suffered', async () => {
  const { login, olga } = scene();
  const { call } = login('phone', olga.id);
  for (const fields of [{}, { peer: 7 }, { peer: null, message: 1 }]) {
    await expect(call('messages.sendMessage', fields)).rejects.toMatchObject({ code: 400 });
  }
  await expect(call('toString')).rejects.toMatchObject({ errorMessage: 'METHOD_NOT_IN_SANDBOX_toString' });
  await expect(call('updates.getDifference', { pts: 0 })).rejects.toMatchObject({
    errorMessage: 'PERSISTENT_TIMESTAMP_EMPTY',
  });
});

test('the difference holds what is still there, in its present form', async () => {
  const { login, olga, uwe, peer, sends } = scene();
  const { call } = login('phone', olga.id);
  const ids: number[] = [];
  for (const text of ['kept', 'gone']) {
    const answer = (await call('messages.sendMessage', sends(peer(uwe), text))) as TlObject;
    const [first] = (answer['updates'] ?? [answer]) as TlObject[];
    ids.push(Number(first?.['id']));
  }
  await call('messages.editMessage', { peer: peer(uwe), id: ids[0], message: 'edited' });
  await call('messages.deleteMessages', { id: [ids[1]], revoke: true });
  expect(await call('updates.getDifference', { pts: 1, date: 0, qts: 0 })).toMatchObject({
    _: 'updates.difference',
    new_messages: [{ id: ids[0], message: 'edited' }],
    other_updates: [
      { _: 'updateEditMessage', pts: 4 },
      { _: 'updateDeleteMessages', pts: 5, messages: [ids[1]] },
    ],
    state: { pts: 5 },
  });
  expect(await call('updates.getDifference', { pts: 1, date: 0, qts: 0, pts_total_limit: 3 })).toEqual({
    _: 'updates.differenceTooLong',
    pts: 5,
  });
});

test('updates can be lost, doubled, swapped, late, or replaced by a hint', async () => {
  const { world, login, olga, uwe } = scene();
  const { pushed, names } = login('phone', olga.id);
  const { updates } = world.faults;
  const texts = () => {
    const now = pushed.splice(0);
    return now.flatMap((one) => (one['updates'] as { message: TlObject }[]).map(({ message }) => message['message']));
  };
  const send = (...all: string[]) => all.forEach((text) => world.messaging.send(uwe.id, olga.id, { text }));
  updates.lose = 1;
  send('lost', 'a');
  updates.duplicate = 1;
  send('b');
  updates.reorder = 1;
  send('second', 'first');
  expect(texts()).toEqual(['a', 'b', 'b', 'first', 'second']);
  updates.delayMs = 100;
  send('late');
  expect(texts()).toEqual([]);
  (world.clock as SteppedClock).step(100);
  expect(texts()).toEqual(['late']);
  world.faults.reset();
  world.faults.updatesTooLong = 1;
  send('unsaid');
  expect(names()).toEqual(['updatesTooLong']);
});

test('short updates go to those who know the sender, unless switched on for all', () => {
  const { world, login, olga, uwe } = scene();
  const { names } = login('phone', olga.id);
  world.faults.shortMessages = 'known';
  world.messaging.send(uwe.id, olga.id, { text: 'from a stranger' });
  world.messaging.send(uwe.id, olga.id, { text: 'known now' });
  expect(names()).toEqual(['updateNewMessage', 'updateShortMessage']);
});

test('a session that opens while a call rings hears of it only where that is switched on', () => {
  const { world, login, olga, uwe } = scene();
  const protocol = { udpP2p: true, udpReflector: true, minLayer: 65, maxLayer: 92, libraryVersions: ['13.0.0'] };
  world.device(uwe.id).requestCall(olga.id, Buffer.alloc(32), protocol);
  expect(login('one', olga.id).names()).toEqual([]);
  world.faults.repeatRingingCalls = true;
  expect(login('two', olga.id).names()).toEqual(['updatePhoneCall']);
});

test('once a login has answered a call, the rest of it is for that login alone', async () => {
  const { world, login, olga, uwe } = scene();
  const protocol = { udpP2p: true, udpReflector: true, minLayer: 65, maxLayer: 92, libraryVersions: ['13.0.0'] };
  const [phone, reconnected, desktop] = [login('phone', uwe.id), login('phone', uwe.id), login('desktop', uwe.id)];
  const keys = keyPair();
  const caller = world.device(olga.id);
  const { id } = caller.requestCall(uwe.id, sha256(keys.share), protocol);
  const [call] = world.calls.all();
  const peer = { _: 'inputPhoneCall', id: BigInt(id), access_hash: call?.accessHash };
  await phone.call('phone.acceptCall', {
    peer,
    g_b: keyPair().share,
    protocol: {
      _: 'phoneCallProtocol',
      udp_p2p: true,
      udp_reflector: true,
      min_layer: 65,
      max_layer: 92,
      library_versions: ['13.0.0'],
    },
  });
  caller.confirmCall(id, keys.share, 1n, protocol);
  caller.sendSignalingData(id, Buffer.from('x'));
  const rest = ['updatePhoneCall', 'updatePhoneCall', 'updatePhoneCallSignalingData'];
  expect([phone.names(), reconnected.names()]).toEqual([rest, rest]);
  expect(desktop.names()).toEqual(['updatePhoneCall', 'updatePhoneCall']);
  expect(desktop.pushed[1]).toMatchObject({ updates: [{ phone_call: { _: 'phoneCallDiscarded' } }] });
});

test('an authorization exported for another data centre is good once', async () => {
  const { login, olga } = scene();
  const main = login('main', olga.id);
  const exported = (await main.call('auth.exportAuthorization', { dc_id: 4 })) as TlObject;
  const media = login('media');
  const authorization = { id: exported['id'], bytes: exported['bytes'] };
  await media.call('auth.importAuthorization', authorization);
  expect(media.session.userId).toBe(olga.id);
  await expect(login('thief').call('auth.importAuthorization', authorization)).rejects.toMatchObject({
    errorMessage: 'AUTH_BYTES_INVALID',
  });
});

test('uploads with gaps, empty or oversized parts are refused', async () => {
  const { login, olga, uwe, peer } = scene();
  const { call } = login('phone', olga.id);
  const part = (file_part: number, bytes: Buffer) => call('upload.saveFilePart', { file_id: 1n, file_part, bytes });
  const send = (parts: number) =>
    call('messages.sendMedia', {
      peer: peer(uwe),
      message: '',
      random_id: 1n,
      media: {
        _: 'inputMediaUploadedDocument',
        file: { _: 'inputFile', id: 1n, parts, name: 'a', md5_checksum: '' },
        mime_type: 'x/y',
        attributes: [],
      },
    });
  await expect(part(0, Buffer.alloc(0))).rejects.toMatchObject({ errorMessage: 'FILE_PART_EMPTY' });
  await expect(part(0, Buffer.alloc(512 * 1024 + 1))).rejects.toMatchObject({ errorMessage: 'FILE_PART_TOO_BIG' });
  await expect(send(1)).rejects.toMatchObject({ errorMessage: 'FILE_PARTS_INVALID' });
  await part(1, Buffer.from('b'));
  await expect(send(2)).rejects.toMatchObject({ errorMessage: 'FILE_PART_0_MISSING' });
  await part(0, Buffer.from('a'));
  expect(await send(2)).toMatchObject({ _: 'updates' });
});
