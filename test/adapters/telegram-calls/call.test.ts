import { Api } from 'telegram/tl/index.js';
import { describe, expect, test } from 'vitest';
import { tlLong } from '../../../src/adapters/telegram/calls/longs.ts';
import { UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { causeIn, twoEnds, types } from './endpoints.ts';
import { settled } from './manual-clock.ts';
import { discarded, named, phoneUpdate, RpcRefusal, TelegramTimeout } from './telegram-relay.ts';
import { type Fate, Line } from './unreliable-line.ts';

const connected = ['user.ringing', 'user.answered', 'user.connected'];

test('a call connects in both directions and ends with a hang-up', async () => {
  const { clock, relay, alice, bob, leg, ring } = twoEnds();
  ring();
  await clock.advance(100);
  expect(types(alice.facts)).toEqual(connected);
  expect(types(bob.facts)).toEqual(['user.answered', 'user.connected']);
  expect(alice.legs.only.sending).toBe(111);
  expect(bob.legs.only.sending).toBe(111);
  expect(bob.legs.only.receiving).toEqual({ ssrc: alice.legs.only.local.ssrc, payloadType: 111 });
  expect(alice.legs.only.receiving).toEqual({ ssrc: bob.legs.only.local.ssrc, payloadType: 111 });
  expect([alice.legs.only.dtlsRole, bob.legs.only.dtlsRole]).toEqual(['client', 'server']);
  expect(alice.legs.only.options).toEqual({ group: '222', role: 'caller', servers: [], relayOnly: false });
  expect(bob.legs.only.options).toEqual({ group: '111', role: 'callee', servers: [], relayOnly: false });
  expect(JSON.parse(alice.legs.only.texts[0] ?? '')).toMatchObject({ '@type': 'MediaState', muted: false });
  expect(bob.offers).toEqual([{ voiceLegId: `tg-${relay.lastCall.id}`, userId: '111' }]);

  await clock.advance(65_850);
  alice.calls.hangUp(leg, { kind: 'normal' });
  await settled();
  expect(relay.lastCall.discard).toEqual({ by: '111', reason: 'Hangup', duration: 65 });
  expect(causeIn(alice.facts)).toEqual({ kind: 'normal' });
  expect(causeIn(bob.facts)).toEqual({ kind: 'normal' });
  expect([alice.legs.openCount, bob.legs.openCount, clock.pending]).toEqual([0, 0, 0]);
});

test('the protocol we announce is 13.0.0 and nothing else', async () => {
  const { clock, alice, ring } = twoEnds();
  ring();
  await clock.advance(0);
  const [request] = alice.session.requests(Api.phone.RequestCall);
  expect(request?.protocol.originalArgs).toEqual({
    udpP2p: true,
    udpReflector: true,
    minLayer: 65,
    maxLayer: 92,
    libraryVersions: ['13.0.0'],
  });
  expect(request?.gAHash.length).toBe(32);
});

const fates: [string, Fate][] = [
  ['loses 20 %', { loss: 0.2, duplication: 0, maxDelayMs: 0 }],
  ['duplicates and reorders', { loss: 0, duplication: 0.4, maxDelayMs: 400 }],
  ['loses 20 %, duplicates and reorders', { loss: 0.2, duplication: 0.2, maxDelayMs: 200 }],
];

test.each(fates)('signaling that %s still connects the call in time', async (_, fate) => {
  for (let seed = 1; seed <= 6; seed++) {
    const { clock, alice, bob, ring } = twoEnds();
    for (const { session } of [alice, bob]) {
      const line = new Line<Parameters<typeof session.emit>[0]>(clock, fate, seed, (update) => session.emit(update));
      session.deliver = (update, now) =>
        update instanceof Api.UpdatePhoneCallSignalingData ? line.send(update) : now(update);
    }
    ring();
    await clock.advance(19_000);
    expect([types(alice.facts), types(bob.facts)]).toEqual([connected, ['user.answered', 'user.connected']]);
  }
});

test('without SCTP, sealed messages travel as they are', async () => {
  const { clock, relay, alice, bob, ring } = twoEnds();
  relay.customParameters = '{"network_signaling_nosctp":true}';
  ring();
  await clock.advance(100);
  expect(types(alice.facts)).toEqual(connected);
  const packets = [alice, bob].flatMap(({ session }) => session.requests(Api.phone.SendSignalingData));
  expect(packets.length).toBeGreaterThan(5);
  expect(packets.some(({ data }) => data.readUInt32BE(0) === 0x1388_1388)).toBe(false);
});

describe('order of what Telegram tells', () => {
  test('the acceptance may overtake the answer of requestCall', async () => {
    const { clock, alice, ring } = twoEnds();
    alice.session.intercept = async (request, pass) => {
      const answer = pass();
      if (request instanceof Api.phone.RequestCall) await clock.wait(50);
      return answer;
    };
    ring();
    await clock.advance(1000);
    expect(types(alice.facts)).toEqual(connected);
  });

  test('signaling may overtake the answer of confirmCall', async () => {
    const { clock, alice, bob, ring } = twoEnds();
    let early = 0;
    alice.session.intercept = async (request, pass) => {
      const answer = pass();
      if (request instanceof Api.phone.ConfirmCall) {
        await clock.wait(50);
        early = bob.session.requests(Api.phone.SendSignalingData).length;
      }
      return answer;
    };
    ring();
    await clock.advance(100);
    expect(early).toBeGreaterThan(0);
    expect(types(alice.facts)).toEqual(connected);
  });

  test('signaling that comes before the key is kept for it', async () => {
    const { clock, relay, alice, bob, ring } = twoEnds();
    // Without SCTP nobody would send it again.
    relay.customParameters = '{"network_signaling_nosctp":true}';
    bob.session.deliver = (update, now) => {
      const isLate = update instanceof Api.UpdatePhoneCall && update.phoneCall instanceof Api.PhoneCall;
      clock.after(isLate ? 50 : 0, () => now(update));
    };
    ring();
    await clock.advance(100);
    expect(types(alice.facts)).toEqual(connected);
  });

  test('the active call may overtake the answer of acceptCall', async () => {
    const { clock, bob, ring } = twoEnds();
    bob.session.intercept = async (request, pass) => {
      const answer = pass();
      if (request instanceof Api.phone.AcceptCall) await clock.wait(50);
      return answer;
    };
    ring();
    await clock.advance(1000);
    expect(types(bob.facts)).toEqual(['user.answered', 'user.connected']);
  });

  test('repeats of every update change nothing', async () => {
    const { clock, alice, bob, ring } = twoEnds();
    for (const { session } of [alice, bob])
      session.deliver = (update, now) => {
        for (let times = 0; times < 3; times++) now(update);
      };
    ring();
    await clock.advance(1000);
    expect(types(alice.facts)).toEqual(connected);
    expect(alice.session.requests(Api.phone.ConfirmCall).length).toBe(1);
    expect(bob.session.requests(Api.phone.AcceptCall).length).toBe(1);
    expect(bob.offers.length).toBe(1);
  });
});

describe('garbage', () => {
  test('instead of SCTP packets is dropped, and the call goes on', async () => {
    const { clock, relay, alice, ring } = twoEnds();
    ring();
    await clock.advance(100);
    for (const length of [0, 1, 12, 16, 100, 300_000])
      relay.lastCall.admin.push(
        new Api.UpdatePhoneCallSignalingData({
          phoneCallId: named(relay.lastCall).id,
          data: Buffer.alloc(length, 0x13),
        }),
      );
    await clock.advance(1000);
    expect(types(alice.facts)).toEqual(connected);
  });

  test('for calls nobody knows is ignored', async () => {
    const { clock, relay, alice, bob, ring } = twoEnds();
    ring();
    await clock.advance(100);
    const stranger = { ...relay.lastCall, id: 77n };
    for (const { session } of [alice, bob]) {
      session.emit(discarded(77n, undefined));
      session.emit(phoneUpdate(new Api.PhoneCallEmpty({ id: named(stranger).id })));
      session.emit(phoneUpdate(new Api.PhoneCallAccepted({ ...named(stranger), gB: Buffer.alloc(256, 3) })));
      session.emit(phoneUpdate(relay.activeFor(stranger, Buffer.alloc(256, 3), 1n)));
      session.emit(new Api.UpdatePhoneCallSignalingData({ phoneCallId: named(stranger).id, data: Buffer.alloc(9) }));
    }
    await clock.advance(1000);
    expect(types(alice.facts)).toEqual(connected);
    expect(alice.session.requests(Api.phone.DiscardCall)).toEqual([]);
  });
});

describe('media that Telegram asks for and we do not have', () => {
  test.each(['network_use_mtproto', 'network_standalone_reflectors'])('%s ends the call', async (key) => {
    const { clock, relay, alice, ring } = twoEnds();
    relay.customParameters = JSON.stringify({ [key]: true });
    ring();
    await clock.advance(1000);
    expect(causeIn(alice.facts)).toEqual({ kind: 'connection-lost', detail: 'media transport not implemented' });
    expect(relay.lastCall.discard?.reason).toBe('Disconnect');
  });

  test('no direct connection and no TURN server ends the call', async () => {
    const { clock, relay, alice, ring } = twoEnds();
    relay.p2pAllowed = false;
    ring();
    await clock.advance(1000);
    expect(causeIn(alice.facts)).toEqual({ kind: 'connection-lost', detail: 'no relay' });
  });

  test('no direct connection, but TURN: only relays are used', async () => {
    const { clock, relay, alice, ring } = twoEnds();
    relay.p2pAllowed = false;
    relay.connections = [
      new Api.PhoneConnectionWebrtc({
        ...{ turn: true, stun: true, ip: '127.0.0.1', ipv6: '', port: 3478, username: 'u', password: 'p' },
        id: tlLong(1n),
      }),
    ];
    ring();
    await clock.advance(1000);
    expect(alice.legs.only.options).toMatchObject({
      relayOnly: true,
      servers: [{ kind: 'turn', host: '127.0.0.1', port: 3478, username: 'u', password: 'p' }],
    });
  });
});

test('a request that Telegram never answered and yet placed is ended when it is taken', async () => {
  const { clock, relay, alice, ring } = twoEnds();
  alice.session.intercept = (request, pass) => {
    const answer = pass();
    if (request instanceof Api.phone.RequestCall) throw new TelegramTimeout('10 s');
    return answer;
  };
  // Bob's answer takes longer than Alice's patience.
  alice.session.deliver = (update, now) => void clock.after(5000, () => now(update));
  ring();
  await clock.advance(100);
  expect(causeIn(alice.facts)).toEqual({ kind: 'connection-lost', detail: 'Telegram does not answer' });
  await clock.advance(6000);
  expect(relay.lastCall.discard).toMatchObject({ by: '111', reason: 'Disconnect' });
});

test('acceptCall is tried once more when the account is occupied for a moment', async () => {
  const { clock, bob, ring } = twoEnds();
  let refusals = 1;
  bob.session.intercept = (request, pass) => {
    if (request instanceof Api.phone.AcceptCall && refusals-- > 0) throw new RpcRefusal('CALL_OCCUPY_FAILED', 500);
    return pass();
  };
  ring();
  await clock.advance(1000);
  expect(types(bob.facts)).toEqual(['user.answered', 'user.connected']);
});

test('a call that another login took first is left to it', async () => {
  const { clock, relay, bob, ring } = twoEnds();
  bob.session.intercept = (request, pass) => {
    if (request instanceof Api.phone.AcceptCall) throw new RpcRefusal('CALL_ALREADY_ACCEPTED');
    return pass();
  };
  ring();
  await clock.advance(1000);
  expect(causeIn(bob.facts)).toEqual({ kind: 'answered-elsewhere' });
  expect(relay.lastCall.discard).toBeUndefined();
});

test('an ICE restart by the peer is answered with our new half, DTLS roles settled', async () => {
  const { clock, alice, bob, ring } = twoEnds();
  ring();
  await clock.advance(100);
  const before = bob.legs.only.local.ufrag;
  alice.legs.renewsOnRestart = false;
  // Only a peer of another kind restarts; here it speaks through Alice's data channel.
  const setup = { ufrag: 'newu', pwd: 'p'.repeat(24), renomination: false };
  const fingerprints = [{ hash: 'sha-256', setup: 'actpass', fingerprint: alice.legs.only.local.fingerprint }];
  bob.legs.only.tell({ type: 'text', text: JSON.stringify({ '@type': 'InitialSetup', ...setup, fingerprints }) });
  await clock.advance(100);
  expect(bob.legs.only.remote?.ufrag).toBe('newu');
  expect(bob.legs.only.dtlsRole).toBe('server');
  expect(bob.legs.only.local.ufrag).not.toBe(before);
  expect(alice.legs.only.remote?.ufrag).toBe(bob.legs.only.local.ufrag);
  expect(alice.legs.only.dtlsRole).toBe('client');
});

test('two ends that answer each restart with another come to rest', async () => {
  const { clock, alice, bob, ring } = twoEnds();
  ring();
  await clock.advance(100);
  const setup = { '@type': 'InitialSetup', ufrag: 'newu', pwd: 'p'.repeat(24) };
  const fingerprints = [{ hash: 'sha-256', setup: 'actpass', fingerprint: alice.legs.only.local.fingerprint }];
  bob.legs.only.tell({ type: 'text', text: JSON.stringify({ ...setup, fingerprints }) });
  for (let round = 0; round < 10; round++) await clock.advance(100);
  const sent = bob.session.requests(Api.phone.SendSignalingData).length;
  await clock.advance(1000);
  expect(bob.session.requests(Api.phone.SendSignalingData).length).toBe(sent);
});

test('a second call to the same user is refused while the first lives', async () => {
  const { clock, alice, ring } = twoEnds();
  ring();
  const causes: unknown[] = [];
  alice.calls.watch(VoiceLegId('leg-2'), (fact) => causes.push(fact));
  alice.calls.ring(VoiceLegId('leg-2'), UserId('222'));
  expect(causes).toEqual([{ type: 'user.hungUp', cause: { kind: 'busy' } }]);
  await clock.advance(100);
  expect(types(alice.facts)).toEqual(connected);
});
