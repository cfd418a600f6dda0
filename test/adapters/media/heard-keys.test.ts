import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeInbandKey } from '../../../src/adapters/media/graph/inband-key.ts';
import { HeardKeys } from '../../../src/adapters/media/receive/heard-keys.ts';
import { KeyDetector } from '../../../src/adapters/media/receive/key-detector.ts';
import type { DtmfDigit } from '../../../src/machines/model/tone.ts';
import { levelAtDbfs, levelDbfs, sine } from '../../support/tones.ts';
import { generator } from './support/network.ts';
import { decoded } from './support/peer.ts';
import { codecs, Studio, session } from './support/studio.ts';

const keys = '0123456789*#ABCD'.repeat(2);

/** Each 100 ms, with 80 ms between. */
const dialled = (digits: string, offset = 0): Int16Array => {
  const pcm = new Int16Array(160 * (5 + digits.length * 9 + 5));
  const frame = new Int16Array(160);
  Array.from(digits).forEach((digit, i) => {
    for (let elapsedMs = 20; elapsedMs <= 100; elapsedMs += 20) {
      writeInbandKey(frame, 8000, digit as DtmfDigit, elapsedMs, 100);
      pcm.set(frame, offset + 160 * (5 + i * 9 + elapsedMs / 20 - 1));
    }
  });
  return pcm;
};

const heardIn = (pcm: Int16Array): string => {
  const detector = new KeyDetector();
  let heard = '';
  for (let at = 0; at + 160 <= pcm.length; at += 160) heard += detector.hear(pcm.subarray(at, at + 160)) ?? '';
  return heard;
};

const gaussian = (random: () => number) => () =>
  Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

const throughOpus = (pcm: Int16Array, lossShare: number, seed: number): Int16Array => {
  const codec = codecs.create('opus', 8000);
  const random = generator(seed);
  const packet = Buffer.alloc(1500);
  const frame = new Int16Array(960);
  const out = new Int16Array(pcm.length);
  for (let at = 0; at + 160 <= pcm.length; at += 160) {
    const bytes = codec.encode(pcm.subarray(at, at + 160), 160, packet);
    const lost = random() < lossShare;
    const samples = lost ? codec.decode(undefined, 0, frame) : codec.decode(packet, bytes, frame);
    out.set(frame.subarray(0, samples), at);
  }
  codec.free();
  return out;
};

describe('keys in a voice', () => {
  test.each([0, 37, 80, 111])('are heard, 32 of 32, %i samples beside the frames', (offset) => {
    expect(heardIn(dialled(keys, offset))).toBe(keys);
  });

  test('are heard under noise 15 dB below', () => {
    const noise = gaussian(generator(1));
    // −9 and −11 dBm0 together.
    const amplitude = 32767 * 10 ** ((-9 - 3.14 + 2.1) / 20) * Math.SQRT1_2 * 10 ** (-15 / 20);
    expect(heardIn(dialled(keys).map((sample) => Math.round(sample + amplitude * noise())))).toBe(keys);
  });

  test('are heard through Opus, and nearly all of them through 5 % of loss', () => {
    expect(heardIn(throughOpus(dialled(keys), 0, 1))).toBe(keys);
    const counts = Array.from({ length: 10 }, (_, seed) => heardIn(throughOpus(dialled(keys), 0.05, seed + 1)).length);
    // On average, as single runs of 32 hang on where their losses fall.
    if (codecs.versions.opus.startsWith('libopus')) {
      expect(counts.reduce((sum, count) => sum + count) / counts.length).toBeGreaterThanOrEqual(30.8);
    }
  });

  test('a hole of 20 ms does not make two of one, a pause of 40 ms does', () => {
    const once = dialled('5');
    once.fill(0, 160 * 7, 160 * 8);
    expect(heardIn(once)).toBe('5');
    const twice = new Int16Array(160 * 20);
    const tone = dialled('5').subarray(160 * 5, 160 * 10);
    twice.set(tone, 160 * 2);
    twice.set(tone, 160 * 9);
    expect(heardIn(twice)).toBe('55');
  });

  test('single tones, quiet keys, twisted keys and keys with harmonics are none', () => {
    const sum = (...parts: Int16Array[]) =>
      (parts[0] as Int16Array).map((_, i) => parts.reduce((total, part) => total + (part[i] as number), 0));
    const part = (frequencyHz: number, dbfs: number) => sine(8000, frequencyHz, 200, dbfs);
    expect(heardIn(sum(part(697, -14), part(1209, -14)))).toBe('1');
    expect(heardIn(part(697, -10))).toBe('');
    expect(heardIn(sum(part(697, -44), part(1209, -44)))).toBe('');
    expect(heardIn(sum(part(697, -30), part(1209, -12)))).toBe('');
    expect(heardIn(sum(part(697, -14), part(1209, -14), part(1394, -20)))).toBe('');
    expect(heardIn(sum(part(697, -14), part(900, -14), part(1209, -14)))).toBe('');
  });

  test('speech is hardly ever taken for one', () => {
    const random = generator(1);
    const noise = gaussian(random);
    let heard = 0;
    const detector = new KeyDetector();
    const frame = new Int16Array(160);
    let [pitchHz, firstHz, secondHz, loudness, phase] = [120, 500, 1500, 0, 0];
    // 2 min of syllables of 160 ms: harmonics of a pitch under two formants.
    for (let tick = 0; tick < 6000; tick++) {
      if (tick % 8 === 0) {
        [pitchHz, firstHz, secondHz] = [90 + random() * 150, 250 + random() * 650, 900 + random() * 1600];
        loudness = random() < 0.25 ? 0 : random();
      }
      for (let i = 0; i < 160; i++) {
        phase += (2 * Math.PI * pitchHz) / 8000;
        let value = 0;
        for (let multiple = 1; multiple * pitchHz < 3600; multiple++) {
          const frequencyHz = multiple * pitchHz;
          const formants =
            1 / (1 + ((frequencyHz - firstHz) / 80) ** 2) + 0.6 / (1 + ((frequencyHz - secondHz) / 120) ** 2);
          value += (formants + 0.02) * Math.sin(multiple * phase);
        }
        frame[i] = Math.max(-32768, Math.min(32767, loudness * 6000 * value + noise() * 50));
      }
      if (detector.hear(frame) !== undefined) heard++;
    }
    expect(heard).toBeLessThanOrEqual(1);
  });
});

test('a key told in two ways within 150 ms counts once; pressed twice it counts twice', () => {
  const heard = new HeardKeys();
  expect(heard.heard('5', 'event', 0)).toBe(true);
  expect(heard.heard('5', 'voice', 140)).toBe(false);
  expect(heard.heard('5', 'event', 180)).toBe(true);
  expect(heard.heard('6', 'info', 200)).toBe(true);
  expect(heard.heard('6', 'voice', 400)).toBe(true);
});

describe('what a party presses', () => {
  let studio: Studio;
  beforeEach(() => {
    studio = new Studio();
  });
  afterEach(() => {
    studio.engine.stop();
  });

  const withoutEvents = (name: string) => {
    const party = studio.party(name, 'alaw');
    const { telephoneEvent: _, ...rest } = session('alaw');
    party.leg.apply(rest, studio.clock.nowMs());
    return party;
  };
  const told = () =>
    studio.facts.flatMap(({ leg, fact }) => (fact.type === 'key.heard' ? [{ leg, digit: fact.digit }] : []));

  test('in its voice is told once, and the user hears it as it is', () => {
    const party = withoutEvents('party');
    const user = studio.user('user');
    studio.engine.connect(party.id, user.id);
    studio.say(party, dialled('159#'));
    expect(told()).toEqual(Array.from('159#').map((digit) => ({ leg: party.id, digit })));
    const heard = decoded(user.wire.sent, codecs.create('opus', 8000));
    expect(heardIn(heard)).toBe('159#');
  });

  test('by SIP INFO is heard by the user as its tone, and comes to another party as an event', () => {
    const party = studio.party('party', 'alaw');
    const user = studio.user('user');
    studio.engine.connect(party.id, user.id);
    studio.say(party, new Int16Array(1600));
    party.leg.keyTold('5');
    studio.say(party, new Int16Array(4000));
    expect(told()).toEqual([]);
    const heard = decoded(user.wire.sent, codecs.create('opus', 8000));
    const loudest = (frequencyHz: number) =>
      Math.max(
        ...Array.from({ length: Math.floor(heard.length / 400) }, (_, i) =>
          levelAtDbfs(heard.subarray(i * 400, (i + 1) * 400), 8000, frequencyHz),
        ),
      );
    expect(loudest(770)).toBeGreaterThan(-30);
    expect(loudest(1336)).toBeGreaterThan(-30);
    expect(loudest(941)).toBeLessThan(-40);
    const other = studio.party('other', 'mulaw');
    studio.engine.connect(party.id, other.id);
    party.leg.keyTold('7');
    studio.say(party, new Int16Array(4000));
    expect(other.wire.sent.find(({ payloadType }) => payloadType === 101)?.payload[0]).toBe(7);
  });

  test('by SIP INFO and as an event at once is heard once', () => {
    const party = studio.party('party', 'alaw');
    const other = studio.party('other', 'mulaw');
    studio.engine.connect(party.id, other.id);
    studio.say(party, new Int16Array(1600));
    const { timestamp } = party.talker;
    party.wire.deliver(party.talker.raw(101, Buffer.from([3, 10, 0, 160]), 0, timestamp));
    studio.clock.advance(20);
    party.leg.keyTold('3');
    studio.clock.advance(500);
    const events = other.wire.sent.filter(({ payloadType }) => payloadType === 101);
    expect(new Set(events.map(({ timestamp: at }) => at)).size).toBe(1);
  });

  test('in its voice is not heard as a key where events were agreed', () => {
    const party = studio.party('party', 'alaw');
    studio.say(party, dialled('159#'));
    expect(told()).toEqual([]);
  });

  test('as an event is told once', () => {
    const party = studio.party('party', 'alaw');
    studio.say(party, new Int16Array(1600));
    const { timestamp } = party.talker;
    for (let i = 1; i <= 7; i++) {
      const duration = Math.min(i, 5) * 160;
      party.wire.deliver(
        party.talker.raw(101, Buffer.from([3, i >= 5 ? 0x8a : 10, duration >> 8, duration & 255]), 0, timestamp),
      );
      studio.clock.advance(20);
    }
    expect(told()).toEqual([{ leg: party.id, digit: '3' }]);
  });

  test('held long in its voice reaches a party that takes events as an event, and hardly as sound', () => {
    const party = withoutEvents('party');
    const other = studio.party('other', 'mulaw');
    studio.engine.connect(party.id, other.id);
    studio.say(party, new Int16Array(4000));
    const before = other.wire.sent.length;
    const [low, high] = [sine(8000, 852, 400, -14), sine(8000, 1209, 400, -14)];
    studio.say(
      party,
      low.map((sample, i) => sample + (high[i] as number)),
    );
    studio.say(party, new Int16Array(3200));
    const after = other.wire.sent.slice(before);
    const events = after.filter(({ payloadType }) => payloadType === 101);
    expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(events[0]?.payload[0]).toBe(7);
    const sound = decoded(
      after.filter(({ payloadType }) => payloadType === 0),
      codecs.create('mulaw', 8000),
    );
    expect(heardIn(sound)).toBe('');
    const loud = sound.filter((sample) => Math.abs(sample) > 300).length;
    expect(loud / 8).toBeLessThanOrEqual(30);
  });
});

describe('keys for a party in the voice', () => {
  test('take its place even where events were agreed', () => {
    const studio = new Studio();
    const party = studio.party('party', 'alaw');
    const other = studio.party('other', 'alaw');
    studio.engine.connect(party.id, other.id);
    studio.say(other, sine(8000, 2000, 400, -20));
    const before = party.wire.sent.length;
    for (const digit of '4*') studio.engine.sendDtmf(party.id, digit as DtmfDigit, 'inband');
    studio.say(other, sine(8000, 2000, 700, -20));
    const sent = party.wire.sent.slice(before);
    expect(sent.every(({ payloadType }) => payloadType === 8)).toBe(true);
    const pcm = decoded(sent, codecs.create('alaw', 8000));
    expect(heardIn(pcm)).toBe('4*');
    const key = pcm.subarray(80, 720);
    expect(levelAtDbfs(key, 8000, 770)).toBeCloseTo(-11 - 3.14, 0);
    expect(levelAtDbfs(key, 8000, 1209)).toBeCloseTo(-9 - 3.14, 0);
    expect(levelAtDbfs(key, 8000, 2000)).toBeLessThan(-45);
    expect(levelDbfs(pcm.subarray(3200))).toBeCloseTo(-20, 0);
    studio.engine.stop();
  });
});
