import dgram from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MediaFact } from '../../../src/actors/ports/media.ts';
import type { RtpSession } from '../../../src/actors/ports/rtp-legs.ts';
import type { WebRtcFact } from '../../../src/actors/ports/webrtc-legs.ts';
import { loadCodecs } from '../../../src/adapters/media/codecs/library.ts';
import { createMedia } from '../../../src/adapters/media/ports/media.ts';
import { createRtpLegs } from '../../../src/adapters/media/ports/rtp-legs.ts';
import { createWebRtcLegs } from '../../../src/adapters/media/ports/webrtc-legs.ts';
import { type MediaPlane, startMedia } from '../../../src/adapters/media/start-media.ts';
import type { LegStatistics } from '../../../src/adapters/media/statistics.ts';
import { LegDirectory } from '../../../src/adapters/media/thread/leg-directory.ts';
import { PortPairs } from '../../../src/adapters/media/thread/port-pairs.ts';
import { CallId, type LegId, UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { dominantFrequencyHz, levelDbfs, sine, writeWav } from '../../support/tones.ts';
import { Phone } from './support/phone.ts';
import { session } from './support/studio.ts';

const group = UserId(1);
const otherGroup = UserId(2);
/** Real sound on a machine that does other things too. */
const patience = { timeout: 15_000, interval: 50 };
const rtpPorts = { from: 42_000, to: 42_099 };
const tone = sine(8000, 1000, 1000, -12);

const phones: Phone[] = [];
const phone = async () => {
  const opened = await Phone.open();
  phones.push(opened);
  return opened;
};
afterEach(() => {
  for (const opened of phones.splice(0)) opened.hangUp();
});

const towards = (party: Phone): RtpSession => session('alaw', { remote: { host: '127.0.0.1', port: party.port } });

const hears1kHz = async (party: Phone) => {
  await eventually(() => {
    const pcm = party.heard(400);
    expect(levelDbfs(pcm)).toBeGreaterThan(-15);
    expect(Math.abs(dominantFrequencyHz(pcm, 8000) - 1000)).toBeLessThan(10);
  }, patience);
};

describe('the media plane', () => {
  let plane: MediaPlane;
  const ended = new Map<LegId, LegStatistics>();
  beforeAll(async () => {
    plane = await startMedia({
      ...{ threads: 2, rtpHost: '127.0.0.1', rtpPorts, ice: { addresses: ['127.0.0.1'] } },
      legEnded: (leg, statistics) => ended.set(leg, statistics),
    });
  });
  afterAll(() => plane.close());
  const closeAll = (...legs: LegId[]) => {
    for (const leg of legs) {
      plane.rtp.close(leg);
      plane.webrtc.close(leg);
    }
  };

  test('says which libraries code the sound', () => {
    expect(plane.libraries.opus).toMatch(/^(libopus |@evan\/opus)/);
    expect(plane.rtp.codecs).toEqual(expect.arrayContaining(['opus', 'alaw', 'mulaw']));
  });

  test('a sound that one party makes is heard by the other', async () => {
    const [a, b] = [CallId('a'), CallId('b')];
    const [phoneA, phoneB] = [await phone(), await phone()];
    const addressA = await plane.rtp.open(a, group);
    const addressB = await plane.rtp.open(b, group);
    expect([addressA.port % 2, addressB.port % 2]).toEqual([0, 0]);
    expect(await plane.rtp.open(a, group)).toEqual(addressA);
    const facts: MediaFact['type'][] = [];
    const unwatch = plane.media.watch(a, ({ type }) => facts.push(type));
    plane.rtp.apply(a, towards(phoneA));
    plane.rtp.apply(b, towards(phoneB));
    plane.media.connect(a, b);
    phoneA.say(tone, addressA);
    await hears1kHz(phoneB);
    expect(facts).toEqual(['media.started']);
    const stats = await plane.stats(a);
    expect(stats).toMatchObject({ codec: 'alaw', refused: 0 });
    await eventually(async () => expect((await plane.stats(a))?.packetsReceived).toBeGreaterThan(5), patience);
    unwatch();
    expect(plane.legs()).toEqual({ sip: 2, telegram: 0 });
    // Told once a second, unasked.
    await eventually(() => expect(plane.totals().legs.sip.packetsIn).toBeGreaterThan(5), patience);
    closeAll(a, b);
    expect(await plane.stats(a)).toBeUndefined();
    expect(plane.legs()).toEqual({ sip: 0, telegram: 0 });
    await eventually(() => expect([...ended.keys()]).toEqual(expect.arrayContaining([a, b])), patience);
    const received = ended.get(a)?.packetsReceived ?? 0;
    expect(ended.get(a)).toMatchObject({ kind: 'sip', codec: 'alaw', lost: 0, refused: 0 });
    // What ended legs had stays.
    await eventually(() => expect(plane.totals().legs.sip.packetsIn).toBeGreaterThanOrEqual(received), patience);
    expect(plane.totals().legs.telegram.packetsIn).toBe(0);
  });

  test('a held party hears music; whether a party takes events is known from what was agreed', async () => {
    const held = CallId('held');
    const listener = await phone();
    await plane.rtp.open(held, group);
    expect(plane.media.takesEvents(held)).toBe(false);
    plane.rtp.apply(held, { ...towards(listener), direction: 'sendonly' });
    expect(plane.media.takesEvents(held)).toBe(true);
    plane.media.playMusic(held);
    await eventually(() => expect(levelDbfs(listener.heard(400))).toBeGreaterThan(-36), patience);
    plane.media.hear(held, undefined);
    await eventually(() => expect(levelDbfs(listener.heard(400))).toBeLessThan(-60), patience);
    const { telephoneEvent: _, ...rest } = towards(listener);
    plane.rtp.apply(held, rest);
    expect(plane.media.takesEvents(held)).toBe(false);
    closeAll(held);
  });

  test('junk changes nothing and is counted', async () => {
    const [a, b] = [CallId('a'), CallId('b')];
    const [phoneA, phoneB, stranger] = [await phone(), await phone(), await phone()];
    const [addressA] = [await plane.rtp.open(a, group), await plane.rtp.open(b, group)];
    plane.rtp.apply(a, towards(phoneA));
    plane.rtp.apply(b, towards(phoneB));
    plane.media.connect(a, b);
    phoneA.say(tone, addressA);
    await hears1kHz(phoneB);
    const before = (await plane.stats(a))?.refused ?? 0;
    const foreign = Buffer.concat([Buffer.from([0x80, 8, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9]), Buffer.alloc(160)]);
    for (let i = 0; i < 50; i++) {
      foreign.writeUInt16BE(i, 2);
      stranger.send(foreign, addressA);
      phoneA.send(Buffer.alloc(i), addressA);
      phoneA.send(Buffer.alloc(1500, i), addressA);
      phoneA.send(Buffer.concat([Buffer.from([0x9f, 8]), Buffer.alloc(i)]), addressA);
      phoneA.send(Buffer.from([0x80, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), addressA);
      phoneA.send(Buffer.from([0x80, 200, 0xff, 0xff, 0, 0, 0, 0]), { port: addressA.port + 1 });
    }
    await eventually(async () => expect((await plane.stats(a))?.refused).toBeGreaterThan(before + 190), patience);
    await hears1kHz(phoneB);
    closeAll(a, b);
  });

  test('two users and two parties: sound goes from SIP through two voice legs to SIP', async () => {
    const [partyA, partyB] = [CallId('party-a'), CallId('party-b')];
    const [userA, userB] = [VoiceLegId('user-a'), VoiceLegId('user-b')];
    const [phoneA, phoneB] = [await phone(), await phone()];
    const addressA = await plane.rtp.open(partyA, group);
    await plane.rtp.open(partyB, otherGroup);
    plane.rtp.apply(partyA, towards(phoneA));
    plane.rtp.apply(partyB, towards(phoneB));
    const facts = { a: [] as WebRtcFact[], b: [] as WebRtcFact[] };
    const pass = (own: WebRtcFact[], to: LegId) => (fact: WebRtcFact) => {
      own.push(fact);
      if (fact.type === 'candidate') plane.webrtc.addCandidate(to, fact.sdpString);
    };
    const ice = { servers: [], relayOnly: false };
    const localA = await plane.webrtc.open(userA, { group, role: 'caller', ...ice }, pass(facts.a, userB));
    const localB = await plane.webrtc.open(userB, { group: otherGroup, role: 'callee', ...ice }, pass(facts.b, userA));
    await plane.webrtc.setRemote(userA, localB, 'server');
    await plane.webrtc.setRemote(userB, localA, 'client');
    const told = (own: WebRtcFact[]) => own.map(({ type }) => type);
    await eventually(() => {
      expect(told(facts.a)).toContain('channelOpen');
      expect(told(facts.b)).toContain('channelOpen');
    }, patience);
    plane.webrtc.startSending(userA, 111);
    plane.webrtc.startReceiving(userA, localB.ssrc, 111);
    plane.webrtc.startSending(userB, 111);
    plane.webrtc.startReceiving(userB, localA.ssrc, 111);
    plane.media.connect(partyA, userA);
    plane.media.connect(partyB, userB);
    plane.webrtc.sendText(userA, 'hello');
    phoneA.say(tone, addressA);
    await hears1kHz(phoneB);
    expect(facts.b).toContainEqual({ type: 'text', text: 'hello' });
    // Their groups may be in different threads; they are never joined.
    plane.media.connect(userA, userB);
    closeAll(partyA, partyB, userA, userB);
  });

  test('commands to legs that are gone are nothing', async () => {
    const gone = CallId('gone');
    plane.media.connect(gone, gone);
    plane.media.hear(gone, undefined);
    plane.media.playTone(gone, 'busy');
    plane.media.playMusic(gone);
    expect(plane.media.takesEvents(gone)).toBe(false);
    plane.media.stopTone(gone);
    plane.media.sendDtmf(gone, '1', 'inband');
    plane.rtp.close(gone);
    plane.webrtc.close(gone);
    plane.webrtc.sendText(gone, 'x');
    await expect(plane.webrtc.setRemote(gone, { ufrag: 'a', pwd: 'b', fingerprint: 'c' }, 'client')).rejects.toThrow(
      'no such leg',
    );
    expect(await plane.stats(gone)).toBeUndefined();
  });
});

describe('ports', () => {
  test('a port that somebody else has is passed over; when all are in use it is said; a closed leg gives its port back', async () => {
    const squatter = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => squatter.bind(42_201, '127.0.0.1', resolve));
    const plane = await startMedia({
      threads: 1,
      rtpHost: '127.0.0.1',
      rtpPorts: { from: 42_199, to: 42_205 },
      ice: {},
    });
    try {
      expect((await plane.rtp.open(CallId('a'), group)).port).toBe(42_202);
      expect((await plane.rtp.open(CallId('b'), group)).port).toBe(42_204);
      await expect(plane.rtp.open(CallId('c'), group)).rejects.toThrow('no free RTP port');
      plane.rtp.close(CallId('a'));
      expect((await plane.rtp.open(CallId('c'), group)).port).toBe(42_202);
    } finally {
      squatter.close();
      await plane.close();
    }
  });
});

describe('the music of the installation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siptg-plane-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const base = { threads: 1, rtpHost: '127.0.0.1', rtpPorts: { from: 42_500, to: 42_599 }, ice: {} };

  test('is what held parties hear', async () => {
    const music = join(folder, 'music.wav');
    writeWav(music, [sine(44_100, 1000, 3000, -12)], 44_100);
    const plane = await startMedia({ ...base, music });
    try {
      const [held, listener] = [CallId('held'), await phone()];
      await plane.rtp.open(held, group);
      plane.rtp.apply(held, { ...towards(listener), direction: 'sendonly' });
      plane.media.playMusic(held);
      await hears1kHz(listener);
    } finally {
      await plane.close();
    }
  });

  test('that cannot be played is said before anything starts', async () => {
    await expect(startMedia({ ...base, music: join(folder, 'absent.wav') })).rejects.toThrow('ENOENT');
  });
});

describe('a media thread that dies', () => {
  test('SIP legs go on on their ports, joined as before, with their music; voice legs are told', async () => {
    const directory = new LegDirectory({
      threads: 1,
      thread: { rtpHost: '127.0.0.1', iceAddresses: ['127.0.0.1'], icePortRange: undefined },
      log: pino({ level: 'silent' }),
    });
    const media = createMedia(directory);
    const rtp = createRtpLegs(directory, new PortPairs({ from: 42_300, to: 42_399 }), '127.0.0.1', loadCodecs().names);
    const webrtc = createWebRtcLegs(directory);
    try {
      await directory.ready();
      const [a, b, user] = [CallId('a'), CallId('b'), VoiceLegId('user')];
      const [phoneA, phoneB] = [await phone(), await phone()];
      const [addressA] = [await rtp.open(a, group), await rtp.open(b, group)];
      rtp.apply(a, towards(phoneA));
      rtp.apply(b, towards(phoneB));
      media.connect(a, b);
      const facts: WebRtcFact[] = [];
      await webrtc.open(user, { group, role: 'callee', servers: [], relayOnly: false }, (fact) => facts.push(fact));
      const [held, phoneHeld] = [CallId('held'), await phone()];
      await rtp.open(held, group);
      rtp.apply(held, towards(phoneHeld));
      media.playMusic(held);
      phoneA.say(tone, addressA);
      await hears1kHz(phoneB);
      await eventually(() => expect(directory.threads()).toEqual({ all: 1, alive: 1 }), patience);
      await eventually(() => expect(directory.totals().legs.sip.packetsIn).toBeGreaterThan(5), patience);
      const before = directory.totals();
      directory.get(a)?.place.thread.kill();
      await eventually(() => expect(directory.threads()).toEqual({ all: 1, alive: 0 }));
      expect(directory.totals().ticks).toBeGreaterThanOrEqual(before.ticks);
      expect(directory.totals().legs.sip.packetsIn).toBeGreaterThanOrEqual(before.legs.sip.packetsIn);
      await eventually(
        () => expect(facts).toContainEqual({ type: 'failed', detail: 'the media thread died' }),
        patience,
      );
      await eventually(async () => expect((await directory.stats(a))?.packetsReceived).toBeGreaterThan(30), patience);
      await eventually(async () => expect((await directory.stats(held))?.levelOutDbfs).toBeGreaterThan(-40), patience);
      await hears1kHz(phoneB);
      await eventually(() => expect(directory.threads()).toEqual({ all: 1, alive: 1 }), patience);
      await eventually(() => expect(directory.totals().ticks).toBeGreaterThan(before.ticks), patience);
    } finally {
      await directory.close();
    }
  });
});
