import { describe, expect, test } from 'vitest';
import type { CallDevice, CallView } from '../../../sandbox/telegram/device.ts';
import { SteppedClock } from '../../../sandbox/telegram/world/clock.ts';
import { World } from '../../../sandbox/telegram/world/world.ts';
import { eventually } from '../../support/eventually.ts';
import { fingerprintOf, keyPair, protocol, sha256 } from './call-math.ts';

function scene() {
  const clock = new SteppedClock();
  const world = new World({ clock });
  const [olga, uwe] = ['Olga', 'Uwe'].map((firstName) => world.directory.addUser({ firstName }));
  if (!olga || !uwe) throw new Error('nobody there');
  return { clock, world, olga, uwe };
}

/** A device that writes down what it is told. */
function watched(device: CallDevice) {
  const calls: CallView[] = [];
  const signals: string[] = [];
  device.onCall((call) => calls.push(call));
  device.onSignalingData((_id, data) => signals.push(String(data)));
  return Object.assign(device, {
    calls,
    signals,
    states: () => calls.map(({ state }) => state),
    told: (...states: string[]) => eventually(() => expect(calls.map(({ state }) => state)).toEqual(states)),
  });
}

const actions = (world: World, id: string) =>
  [...world.messaging.box(id).messages.values()].map(({ out, action }) => ({ out, ...action }));

function ringing() {
  const all = scene();
  const caller = watched(all.world.device(all.olga.id));
  const callee = watched(all.world.device(all.uwe.id));
  const second = watched(all.world.device(all.uwe.id));
  const keys = keyPair();
  const call = caller.requestCall(all.uwe.id, sha256(keys.share), protocol);
  return { ...all, caller, callee, second, keys, call };
}

function talking() {
  const all = ringing();
  const { caller, callee, keys, call } = all;
  const theirs = keyPair();
  callee.acceptCall(call.id, theirs.share, protocol);
  const key = keys.keyWith(theirs.share);
  const confirmed = caller.confirmCall(call.id, keys.share, fingerprintOf(key), protocol);
  return { ...all, theirs, key, confirmed };
}

test('two devices agree on a key, and only they are told of it', async () => {
  const { caller, callee, second, call, keys, theirs, key, confirmed, olga, uwe } = talking();
  expect(call).toEqual({
    state: 'waiting',
    id: expect.stringMatching(/^\d+$/),
    adminId: olga.id,
    participantId: uwe.id,
    received: false,
  });
  expect(confirmed).toMatchObject({ state: 'active', gAOrB: theirs.share, keyFingerprint: fingerprintOf(key) });
  await callee.told('requested', 'active');
  expect(callee.calls[1]).toMatchObject({ gAOrB: keys.share, keyFingerprint: fingerprintOf(key), p2pAllowed: true });
  expect(theirs.keyWith(keys.share)).toEqual(key);
  await caller.told('accepted');
  await second.told('requested', 'discarded');
  expect(confirmed).toMatchObject({ protocol: { libraryVersions: ['13.0.0'], minLayer: 65, maxLayer: 92 } });
});

test('the caller sees when a device of the callee rings', async () => {
  const { caller, callee, second, call } = ringing();
  await callee.told('requested');
  callee.receivedCall(call.id);
  second.receivedCall(call.id);
  await caller.told('waiting');
  expect(caller.calls[0]).toMatchObject({ received: true });
});

test('signaling reaches the two devices of the call and nobody else, in order', async () => {
  const { caller, callee, second, call } = talking();
  for (const word of ['a', 'b', 'c']) caller.sendSignalingData(call.id, Buffer.from(word));
  callee.sendSignalingData(call.id, Buffer.from('z'));
  await eventually(() => expect([callee.signals, caller.signals]).toEqual([['a', 'b', 'c'], ['z']]));
  expect(second.signals).toEqual([]);
  expect(() => second.sendSignalingData(call.id, Buffer.from('x'))).toThrow('CALL_PEER_INVALID');
});

test('signaling can be lost, doubled, swapped and late', async () => {
  const { caller, callee, call, world, clock } = talking();
  const { signaling } = world.faults;
  const send = (text: string) => caller.sendSignalingData(call.id, Buffer.from(text));
  signaling.lose = 1;
  for (const word of ['lost', 'a']) send(word);
  signaling.duplicate = 1;
  send('twice');
  signaling.reorder = 1;
  for (const word of ['second', 'first']) send(word);
  await eventually(() => expect(callee.signals).toEqual(['a', 'twice', 'twice', 'first', 'second']));
  signaling.delayMs = 500;
  send('late');
  clock.step(499);
  await new Promise(setImmediate);
  expect(callee.signals).not.toContain('late');
  clock.step(1);
  await eventually(() => expect(callee.signals.at(-1)).toBe('late'));
});

test('a hang-up is told to both, and both get a service message with the duration', async () => {
  const { caller, callee, call, world, olga, uwe } = talking();
  callee.discardCall(call.id, 'hangup', 7);
  await caller.told('accepted', 'discarded');
  expect(caller.calls.at(-1)).toEqual({ state: 'discarded', id: call.id, reason: 'hangup', duration: 7 });
  const action = { kind: 'phoneCall', callId: BigInt(call.id), reason: 'hangup', durationSeconds: 7 };
  expect(actions(world, olga.id)).toEqual([{ out: true, ...action }]);
  expect(actions(world, uwe.id)).toEqual([{ out: false, ...action }]);
  expect(() => caller.discardCall(call.id, 'hangup', 7)).not.toThrow();
  expect(() => caller.sendSignalingData(call.id, Buffer.from('x'))).toThrow('CALL_NOT_ACTIVE');
});

test('a declined call is busy for the caller', async () => {
  const { caller, second, call } = ringing();
  second.discardCall(call.id, 'busy', 0);
  await caller.told('discarded');
  expect(caller.calls[0]).toEqual({ state: 'discarded', id: call.id, reason: 'busy' });
});

test('a call that no device receives is missed after 20 s, one that rings after another 90 s', async () => {
  const unheard = ringing();
  unheard.clock.step(19_999);
  expect(unheard.caller.calls).toEqual([]);
  unheard.clock.step(1);
  await unheard.caller.told('discarded');
  expect(unheard.caller.calls[0]).toMatchObject({ reason: 'missed' });

  const heard = ringing();
  heard.clock.step(10_000);
  heard.callee.receivedCall(heard.call.id);
  heard.clock.step(89_999);
  await heard.caller.told('waiting');
  heard.clock.step(1);
  await heard.caller.told('waiting', 'discarded');
  expect(actions(heard.world, heard.uwe.id)).toMatchObject([{ kind: 'phoneCall', reason: 'missed' }]);
});

test('an accepted call does not time out', () => {
  const { clock, caller } = talking();
  clock.step(1_000_000);
  expect(caller.states()).not.toContain('discarded');
});

test('two people may call each other at the same moment: two calls ring', async () => {
  const { caller, callee, olga } = ringing();
  callee.requestCall(olga.id, sha256(keyPair().share), protocol);
  await caller.told('requested');
  await callee.told('requested');
});

describe('what is refused', () => {
  const shared = sha256(keyPair().share);

  test('calls to oneself, to bots and to nobody', () => {
    const { world, olga } = scene();
    const bot = world.directory.addBot({ username: 'some_bot' });
    const device = world.device(olga.id);
    for (const to of [olga.id, bot.id, '999']) {
      expect(() => device.requestCall(to, shared, protocol)).toThrow('USER_ID_INVALID');
    }
  });

  test('calls that privacy, a block or old clients of the callee rule out', () => {
    const { world, olga, uwe } = scene();
    const device = world.device(olga.id);
    const call = () => device.requestCall(uwe.id, shared, protocol);
    uwe.privacy.calls = 'nobody';
    expect(call).toThrow('403 USER_PRIVACY_RESTRICTED');
    uwe.privacy.calls = 'contacts';
    expect(call).toThrow('403 USER_PRIVACY_RESTRICTED');
    uwe.contacts.add(olga.id);
    expect(call).not.toThrow();
    uwe.contacts.clear();
    uwe.privacy.alwaysAllowCalls.add(olga.id);
    expect(call).not.toThrow();
    world.block(uwe.id, olga.id, true);
    expect(call).toThrow('403 USER_IS_BLOCKED');
    world.block(uwe.id, olga.id, false);
    uwe.outdatedClients = true;
    expect(call).toThrow('PARTICIPANT_VERSION_OUTDATED');
  });

  test('protocols with missing flags, wrong layers, or nothing in common', () => {
    const { world, olga, uwe } = scene();
    const device = world.device(olga.id);
    const call = (change: object) => () => device.requestCall(uwe.id, shared, { ...protocol, ...change });
    expect(call({ udpP2p: false })).toThrow('CALL_PROTOCOL_FLAGS_INVALID');
    expect(call({ minLayer: 64 })).toThrow('CALL_PROTOCOL_LAYER_INVALID');
    expect(call({ minLayer: 93, maxLayer: 92 })).toThrow('CALL_PROTOCOL_LAYER_INVALID');
    expect(() => device.requestCall(uwe.id, Buffer.alloc(31), protocol)).toThrow('G_A_HASH_INVALID');
    const { callee, call: made } = ringing();
    expect(() => callee.acceptCall(made.id, keyPair().share, { ...protocol, libraryVersions: ['7.0.0'] })).toThrow(
      '406 CALL_PROTOCOL_COMPAT_LAYER_INVALID',
    );
  });

  test('answers that come twice, too late, or from the wrong side', () => {
    const { caller, callee, second, call, keys, world } = ringing();
    const { share } = keyPair();
    expect(() => caller.acceptCall(call.id, share, protocol)).toThrow('CALL_PEER_INVALID');
    expect(() => callee.confirmCall(call.id, share, 1n, protocol)).toThrow('CALL_PEER_INVALID');
    expect(() => caller.confirmCall(call.id, keys.share, 1n, protocol)).toThrow('CALL_PEER_INVALID');
    callee.acceptCall(call.id, share, protocol);
    expect(() => second.acceptCall(call.id, share, protocol)).toThrow('CALL_ALREADY_ACCEPTED');
    expect(() => second.discardCall(call.id, 'busy', 0)).toThrow('CALL_ALREADY_ACCEPTED');
    expect(() => caller.sendSignalingData(call.id, share)).toThrow('CALL_NOT_ACTIVE');
    expect(() => caller.confirmCall(call.id, share, 1n, protocol)).toThrow('G_A_INVALID');
    caller.discardCall(call.id, 'disconnect', 0);
    expect(() => callee.acceptCall(call.id, share, protocol)).toThrow('CALL_ALREADY_DECLINED');
    const stranger = world.device(world.directory.addUser({ firstName: 'Eve' }).id);
    expect(() => stranger.discardCall(call.id, 'hangup', 0)).toThrow('CALL_PEER_INVALID');
    expect(() => caller.receivedCall('no number')).toThrow('CALL_PEER_INVALID');
  });
});
