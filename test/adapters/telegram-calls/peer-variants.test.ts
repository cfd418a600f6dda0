import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { keyFingerprint } from '../../../src/adapters/telegram/calls/key-exchange.ts';
import { MediaSession } from '../../../src/adapters/telegram/calls/media-session.ts';
import type { CallRole } from '../../../src/adapters/telegram/calls/sealed-packets.ts';
import { Signaling } from '../../../src/adapters/telegram/calls/signaling.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import { UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { ManualClock, settled } from './manual-clock.ts';
import { Ether, PairedLegs } from './paired-legs.ts';
import { vectors } from './vectors.ts';

type Message = Readonly<Record<string, unknown>>;

/** Our side as `role`, against a peer that sends what the test tells it. */
function against(role: CallRole) {
  const bytes = randomBytes(256);
  const key = { bytes, fingerprint: keyFingerprint(bytes) };
  const clock = new ManualClock();
  const legs = new PairedLegs(new Ether());
  const got: Message[] = [];
  const ends: HangupCause[] = [];
  let connections = 0;
  const later = (run: () => void) => setImmediate(run);
  const peer = new Signaling({
    key,
    role: role === 'caller' ? 'callee' : 'caller',
    sctp: true,
    clock,
    send: (packet) => later(() => session.receivePacket(packet)),
    onMessage: (json) => got.push(JSON.parse(json) as Message),
    onFault: (detail) => ends.push({ kind: 'internal-fault', detail }),
  });
  const session = new MediaSession({
    leg: VoiceLegId('leg'),
    user: UserId('7'),
    role,
    key,
    sctp: true,
    servers: [],
    relayOnly: false,
    legs,
    clock,
    log: pino({ enabled: false }),
    newId: () => 4242,
    sendPacket: (packet) => later(() => peer.receive(packet)),
    onConnected: () => connections++,
    onOpened: () => {},
    onClosed: () => {},
    onFailed: (cause) => ends.push(cause),
  });
  return {
    legs,
    got,
    ends,
    clock,
    connections: () => connections,
    of: (type: string) => got.filter((message) => message['@type'] === type),
    says: async (...messages: (Message | string)[]) => {
      for (const message of messages) peer.send(typeof message === 'string' ? message : JSON.stringify(message));
      await settled();
    },
  };
}

const setup = (role: string, ufrag = 'abcd') => ({
  '@type': 'InitialSetup',
  ufrag,
  pwd: 'p'.repeat(24),
  renomination: true,
  fingerprints: [{ hash: 'sha-256', setup: role, fingerprint: Array(32).fill('AB').join(':') }],
});
const channels = (exchangeId: string, ...contents: object[]) => ({
  '@type': 'NegotiateChannels',
  exchangeId,
  contents,
});
const opus = (ssrc: number, id = 111) => ({
  type: 'audio',
  ssrc: String(ssrc),
  payloadTypes: [{ id, name: 'opus', clockrate: 48_000, channels: 2 }],
});
const candidate = (sdpString: string) => ({ '@type': 'Candidates', candidates: [{ sdpString }] });
const host = 'candidate:1 1 udp 2122260223 127.0.0.1 40001 typ host';

describe('as caller', () => {
  test('everything is sent before the callee said a word, in order', async () => {
    const { got } = against('caller');
    await settled();
    expect(got.map((message) => message['@type'])).toEqual(['InitialSetup', 'NegotiateChannels', 'Candidates']);
    expect(got[0]).toMatchObject({ fingerprints: [{ setup: 'actpass' }] });
    expect(got[2]).toEqual({
      '@type': 'Candidates',
      candidates: [{ sdpString: 'candidate:1 1 udp 2122260223 127.0.0.1 40000 typ host' }],
    });
  });

  test.each([
    ['active', 'server'],
    ['passive', 'client'],
    ['actpass', 'client'],
    ['holdconn', 'client'],
  ])('a callee that is %s makes us the DTLS %s', async (peerSetup, ours) => {
    const { says, legs } = against('caller');
    await says(setup(peerSetup));
    expect(legs.only.dtlsRole).toBe(ours);
  });

  test('a callee that is silent about media until it has both our messages connects', async () => {
    const { says, legs, connections } = against('caller');
    await says(channels('77', opus(5, 96)), setup('active'), candidate(host));
    await says(channels('4242', opus(legs.only.local.ssrc)));
    legs.only.tell({ type: 'connected' });
    expect(connections()).toBe(1);
    expect(legs.only).toMatchObject({ sending: 111, receiving: { ssrc: 5, payloadType: 96 } });
  });

  test('media that is up counts only when both exchanges are answered', async () => {
    const { says, legs, connections } = against('caller');
    await says(setup('passive'));
    legs.only.tell({ type: 'connected' });
    expect(connections()).toBe(0);
    await says(channels('4242', opus(legs.only.local.ssrc)));
    expect(connections()).toBe(0);
    await says(channels('77', opus(5)));
    expect(connections()).toBe(1);
  });

  test('a callee that refuses our audio ends the call', async () => {
    const { says, ends, legs } = against('caller');
    await says(setup('passive'), channels('4242'));
    expect(ends).toEqual([{ kind: 'peer-fault', detail: 'the peer refuses our audio' }]);
    expect(legs.openCount).toBe(0);
  });

  test('candidates before InitialSetup are kept, junk among them is left out', async () => {
    const { says, legs } = against('caller');
    await says(
      candidate(host),
      candidate('candidate:3 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active'),
      candidate('candidate:4 1 udp 1 reflector-1-2882400001.reflector 12345 typ relay'),
      candidate('candidate:5 1 udp 1 0e4a.local 5000 typ host'),
      candidate('candidate:6 2 udp 1 127.0.0.1 5000 typ host'),
      candidate('junk'),
      {
        '@type': 'Candidates',
        exchangeId: '1',
        ufrag: 'other',
        candidates: [{ sdpString: `${host} ufrag abcd`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'abcd' }],
      },
    );
    expect(legs.only.candidates).toEqual([]);
    await says(setup('passive'));
    expect(legs.only.candidates).toEqual([host, `${host} ufrag abcd`]);
  });

  test('candidates without end do not reach the media plane without end', async () => {
    const { says, legs } = against('caller');
    const many = { '@type': 'Candidates', candidates: Array(64).fill({ sdpString: host }) };
    await says(setup('passive'), ...(Array(20).fill(many) as Message[]));
    expect(legs.only.candidates.length).toBe(256);
  });
});

describe('as callee', () => {
  test('nothing is sent before InitialSetup; then setup, answer, offer, candidates', async () => {
    const { says, got, legs } = against('callee');
    await says(channels('77', opus(5)), candidate(host));
    expect(got).toEqual([]);
    await says(setup('actpass'));
    expect(got.map((message) => message.exchangeId ?? message['@type'])).toEqual([
      'InitialSetup',
      '77',
      '4242',
      'Candidates',
    ]);
    expect(got[0]).toMatchObject({ fingerprints: [{ setup: 'passive' }] });
    expect(legs.only).toMatchObject({ dtlsRole: 'server', candidates: [host] });
  });

  test('a caller that insists on being the server makes us active', async () => {
    const { says, legs, of } = against('callee');
    await says(setup('passive'));
    expect(legs.only.dtlsRole).toBe('client');
    expect(of('InitialSetup')[0]).toMatchObject({ fingerprints: [{ setup: 'active' }] });
  });

  test('a repeated InitialSetup changes nothing', async () => {
    const { says, of, legs } = against('callee');
    await says(setup('actpass'), setup('actpass'), setup('actpass'));
    expect([of('InitialSetup').length, legs.only.remotesSet]).toEqual([1, 1]);
  });

  test('an ICE restart is answered with our new half and the settled role', async () => {
    const { says, of, legs } = against('callee');
    await says(setup('actpass'));
    await says(setup('actpass', 'newu'));
    expect(of('InitialSetup')).toHaveLength(2);
    expect(of('InitialSetup')[1]).toMatchObject({ ufrag: legs.only.local.ufrag, fingerprints: [{ setup: 'passive' }] });
  });
});

/** What the web client said and was told in two recorded sessions; the other end there is us. */
const recorded = {
  caller: { theirs: ['748232865', '1377646711'], ours: ['537019859', '305973143'], ufrag: 'aUMF' },
  callee: { theirs: ['537019859', '305973143'], ours: ['748232865', '1377646711'], ufrag: 'T04P' },
} as const;

describe.each(['caller', 'callee'] as const)('the web client as %s', (theirRole) => {
  const { theirs, ours, ufrag } = recorded[theirRole];
  const said = vectors.browser_peer_examples[theirRole].flatMap(({ tx }) => (tx ? [tx] : []));
  const [exchangeId, ssrc] = theirs;

  test('offers its channels before it introduces itself, and the callee offers before it answers', () => {
    const at = (type: string, id?: string) =>
      said.findIndex((message) => message['@type'] === type && message.exchangeId === id);
    expect(at('NegotiateChannels', exchangeId)).toBe(0);
    expect(at('NegotiateChannels', ours[0])).toBeGreaterThan(at('InitialSetup'));
    if (theirRole === 'caller') expect([at('Candidates', exchangeId), at('InitialSetup')]).toEqual([1, 3]);
  });

  test.each([
    ['message by message', 1],
    ['all at once', said.length],
  ])('connects as it was recorded, %s', async (_, atOnce) => {
    const { says, legs, of, got, ends, connections } = against(theirRole === 'caller' ? 'callee' : 'caller');
    await settled();
    const messages = said.map((message) =>
      JSON.stringify(message).replaceAll(ours[0], '4242').replaceAll(ours[1], String(legs.only.local.ssrc)),
    );
    for (let at = 0; at < messages.length; at += atOnce) await says(...messages.slice(at, at + atOnce));
    legs.only.tell({ type: 'connected' });

    expect([ends, connections()]).toEqual([[], 1]);
    expect(legs.only.remote?.ufrag).toBe(ufrag);
    expect(legs.only).toMatchObject({
      dtlsRole: 'server',
      sending: 111,
      receiving: { ssrc: Number(ssrc), payloadType: 111 },
    });
    // Of four, without those of TCP.
    expect(legs.only.candidates.length).toBe(2);
    expect(of('InitialSetup').length).toBe(1);
    expect(of('NegotiateChannels').filter((message) => message.exchangeId === exchangeId)).toMatchObject([
      { contents: [{ ssrc, payloadTypes: [{ id: 111, name: 'opus' }] }] },
    ]);
    expect(of('NegotiateChannels').map((message) => message.exchangeId)).toEqual(
      theirRole === 'caller' ? [exchangeId, '4242'] : ['4242', exchangeId],
    );
    expect(got.length).toBe(4);
  });
});

describe('messages that break the protocol', () => {
  test.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['InitialSetup without fingerprint', { ...setup('passive'), fingerprints: [] }],
    ['InitialSetup without pwd', { '@type': 'InitialSetup', ufrag: 'abcd' }],
  ])('%s ends the call', async (_, message) => {
    const { says, ends, legs, clock } = against('caller');
    await says(message);
    expect(ends).toMatchObject([{ kind: 'peer-fault' }]);
    expect([legs.openCount, clock.pending > 1]).toEqual([0, false]);
  });

  test.each([
    ['unknown types', { '@type': 'Ping' }],
    ['NegotiateChannels without ssrc', channels('1', { type: 'audio' })],
    ['Candidates without list', { '@type': 'Candidates' }],
    ['MediaState', { '@type': 'MediaState', muted: true }],
  ])('%s are passed over', async (_, message) => {
    const { says, ends, legs } = against('caller');
    await says(message, setup('passive'));
    expect(ends).toEqual([]);
    expect(legs.only.dtlsRole).toBe('client');
  });

  test.each(['hello', '[]', '{"@type":"InitialSetup"}', 'x'.repeat(100_000)])(
    'over the data channel they are no reason to end the call',
    async (text) => {
      const { ends, legs } = against('caller');
      await settled();
      legs.only.tell({ type: 'text', text });
      await settled();
      expect(ends).toEqual([]);
    },
  );

  test('a flood of messages ends the call', async () => {
    const { says, ends, legs } = against('caller');
    legs.beforeOpen = () => new Promise(() => undefined);
    for (let round = 0; round < 40; round++) await says(...(Array(16).fill(candidate(host)) as Message[]));
    expect(ends).toEqual([{ kind: 'peer-fault', detail: 'too many signaling messages' }]);
  });
});

test('a leg that opens after the call ended is closed', async () => {
  const { says, legs, clock, ends } = against('caller');
  legs.beforeOpen = () => clock.wait(500);
  await says('garbage');
  expect(ends.length).toBe(1);
  await clock.advance(1000);
  expect(legs.openCount).toBe(0);
});

test('without a data channel the call connects all the same', async () => {
  const { says, legs, connections } = against('caller');
  await says(setup('passive'));
  await says(channels('4242', opus(legs.only.local.ssrc)), channels('77', opus(5)));
  legs.only.tell({ type: 'connected' });
  expect(connections()).toBe(1);
  expect(legs.only.texts).toEqual([]);
});
