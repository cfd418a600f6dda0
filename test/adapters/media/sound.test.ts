import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CodecName } from '../../../src/actors/ports/rtp-legs.ts';
import type { ToneName } from '../../../src/machines/model/tone.ts';
import {
  burstsOf,
  dominantFrequencyHz,
  joined,
  levelAtDbfs,
  levelDbfs,
  signalToNoiseDb,
  sine,
} from '../../support/tones.ts';
import { decoded } from './support/peer.ts';
import { codecs, Studio, session } from './support/studio.ts';
import type { SentPacket } from './support/wire.ts';

let studio: Studio;
beforeEach(() => {
  studio = new Studio();
});
afterEach(() => {
  studio.engine.stop();
});

const heardBy = (party: { wire: { sent: SentPacket[] } }, name: CodecName = 'alaw', rateHz = 8000) =>
  decoded(party.wire.sent, codecs.create(name, rateHz));

/** Sequence numbers by one; timestamps by what each packet holds. */
const expectUnbroken = (sent: readonly SentPacket[], ticks: number) => {
  sent.forEach((packet, i) => {
    const before = sent[i - 1];
    if (before === undefined) return;
    expect(packet.ssrc).toBe(before.ssrc);
    expect((packet.sequence - before.sequence) & 0xffff).toBe(1);
    expect((packet.timestamp - before.timestamp) >>> 0).toBe(ticks);
  });
};

describe('a party and a user who talk', () => {
  test('1 kHz at −12 dBFS goes through both legs with its level, its frequency and 35 dB above the noise', () => {
    const party = studio.party('party', 'alaw');
    const user = studio.user('user');
    studio.engine.connect(party.id, user.id);
    studio.say(user, sine(8000, 1000, 6000, -12));
    const toParty = heardBy(party).subarray(24_000, 40_000);
    expect(Math.abs(levelDbfs(toParty) + 12)).toBeLessThan(0.5);
    expect(Math.abs(dominantFrequencyHz(toParty, 8000) - 1000)).toBeLessThan(1);
    expect(signalToNoiseDb(toParty, 8000, 1000)).toBeGreaterThan(35);

    studio.say(party, sine(8000, 1000, 6000, -12));
    const toUser = heardBy(user, 'opus').slice(-24_000);
    expect(Math.abs(levelDbfs(toUser) + 12)).toBeLessThan(0.5);
    expect(Math.abs(dominantFrequencyHz(toUser, 8000) - 1000)).toBeLessThan(1);
    // A-law and Opus one after the other leave 34 to 38 dB, depending on how the tone meets the frames.
    expect(signalToNoiseDb(toUser, 8000, 1000)).toBeGreaterThan(33);
    expectUnbroken(party.wire.sent, 160);
    expectUnbroken(user.wire.sent, 960);
  });

  test('a sound needs 50 ms at most from leg to leg', () => {
    const delays = [1, 5, 10, 15, 19].map((phaseMs) => {
      const world = new Studio();
      const party = world.party('party', 'alaw');
      const other = world.party('other', 'mulaw');
      world.engine.connect(party.id, other.id);
      world.say(party, new Int16Array(24_000), 8000, phaseMs);
      const clickedAtMs = world.clock.nowMs();
      world.say(party, sine(8000, 1000, 400, -6), 8000, phaseMs);
      world.engine.stop();
      const first = other.wire.sent.find(
        ({ payload, atMs }) =>
          atMs > clickedAtMs && levelDbfs(decoded([{ payload } as SentPacket], codecs.create('mulaw', 8000))) > -30,
      );
      const pcm = decoded([first as SentPacket], codecs.create('mulaw', 8000));
      const silentMs = pcm.findIndex((sample) => Math.abs(sample) > 1000) / 8;
      // The peer records for 20 ms before it sends: the packet delivered at +phase holds what was said before.
      return (first as SentPacket).atMs + silentMs - (clickedAtMs + phaseMs) + 20;
    });
    expect(delays.reduce((sum, delay) => sum + delay) / delays.length).toBeLessThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60);
  });

  test.each([
    ['g722', 16_000],
    ['opus', 48_000],
    ['gsm', 8000],
    ['mulaw', 8000],
  ] as const)('a party with %s hears the user and is heard', (name, rateHz) => {
    if (!codecs.names.includes(name)) return;
    const party = studio.party('party', name, rateHz);
    const user = studio.user('user', 48_000);
    studio.engine.connect(party.id, user.id);
    studio.say(user, sine(48_000, 440, 1500, -12), 48_000);
    expect(dominantFrequencyHz(heardBy(party, name, rateHz).slice(-rateHz / 2), rateHz)).toBeCloseTo(440, 0);
    studio.say(party, sine(rateHz, 660, 1500, -12), rateHz);
    expect(dominantFrequencyHz(heardBy(user, 'opus', 16_000).slice(-8000), 16_000)).toBeCloseTo(660, 0);
  });

  test('parties of different rates can be bridged, both ways at full level', () => {
    const narrow = studio.party('narrow', 'alaw');
    const wide = studio.party('wide', 'opus', 48_000);
    const wider = studio.party('g722', 'g722', 16_000);
    studio.engine.connect(narrow.id, wide.id);
    studio.say(wide, sine(48_000, 1000, 1000, -12), 48_000);
    const fromWide = heardBy(narrow).slice(-4000);
    expect(Math.abs(levelDbfs(fromWide) + 12)).toBeLessThan(0.5);
    studio.engine.connect(narrow.id, wider.id);
    studio.say(wider, sine(16_000, 1000, 1000, -12), 16_000);
    const fromWider = heardBy(narrow).slice(-4000);
    expect(Math.abs(levelDbfs(fromWider) + 12)).toBeLessThan(0.5);
    expect(signalToNoiseDb(fromWider, 8000, 1000)).toBeGreaterThan(25);
    studio.say(narrow, sine(8000, 1000, 1000, -12));
    const fromNarrow = heardBy(wider, 'g722', 16_000).slice(-8000);
    expect(Math.abs(levelDbfs(fromNarrow) + 12)).toBeLessThan(0.5);
    // The image of 1 kHz at 7 kHz is filtered out.
    expect(levelAtDbfs(fromNarrow, 16_000, 7000)).toBeLessThan(-50);
  });
});

describe('who hears whom', () => {
  test('hear is one way, and hearing nobody is silence that goes on being sent', () => {
    const [a, b] = [studio.party('a', 'alaw'), studio.party('b', 'alaw')];
    studio.engine.hear(a.id, b.id);
    const both = () => {
      for (let i = 0; i < 25; i++) {
        a.wire.deliver(a.talker.packet(sine(8000, 500, 20, -12)));
        b.wire.deliver(b.talker.packet(sine(8000, 900, 20, -12)));
        studio.clock.advance(20);
      }
    };
    both();
    expect(dominantFrequencyHz(heardBy(a).slice(-2000), 8000)).toBeCloseTo(900, -1);
    expect(levelDbfs(heardBy(b))).toBeLessThan(-60);
    studio.engine.hear(a.id, undefined);
    both();
    expect(levelDbfs(heardBy(a).slice(-2000))).toBeLessThan(-60);
    expectUnbroken(a.wire.sent, 160);
  });

  test('a swap of the party does not click, and the stream to the user has no gap', () => {
    const user = studio.user('user');
    const [a, b] = [studio.party('a', 'alaw'), studio.party('b', 'alaw')];
    const talk = (ms: number) => {
      for (let i = 0; i < ms / 20; i++) {
        a.wire.deliver(a.talker.packet(sine(8000, 400, 20, -12)));
        b.wire.deliver(b.talker.packet(sine(8000, 650, 20, -12)));
        studio.clock.advance(20);
      }
    };
    studio.engine.connect(user.id, a.id);
    talk(1000);
    studio.engine.connect(user.id, b.id);
    talk(1000);
    expect(dominantFrequencyHz(heardBy(user, 'opus').slice(-4000), 8000)).toBeCloseTo(650, -1);
    expectUnbroken(user.wire.sent, 960);
  });

  test('a leg that is closed is heard no more and says goodbye', () => {
    const [a, b] = [studio.party('a', 'alaw'), studio.party('b', 'alaw')];
    studio.engine.connect(a.id, b.id);
    studio.say(b, sine(8000, 900, 500, -12));
    studio.engine.remove(b.id);
    expect(b.wire.closed).toBe(true);
    expect(b.wire.sentControl.at(-1)?.at(-7)).toBe(203);
    studio.clock.advance(200);
    expect(levelDbfs(heardBy(a).slice(-800))).toBeLessThan(-60);
    studio.engine.connect(a.id, b.id);
    studio.engine.playTone(b.id, 'busy');
  });

  test('the sum of loud sounds is bent, not wrapped', () => {
    const [a, b] = [studio.party('a', 'alaw'), studio.party('b', 'alaw')];
    studio.engine.connect(a.id, b.id);
    studio.engine.playTone(a.id, 'ringback');
    studio.say(b, sine(8000, 425, 1000, 0));
    const pcm = heardBy(a).slice(2000, 6000);
    const steps = pcm.map((sample, i) => Math.abs(sample - (pcm[i - 1] ?? sample)));
    expect(Math.max(...steps)).toBeLessThan(16_000);
    expect(levelDbfs(pcm)).toBeLessThan(0.5);
  });
});

describe('tones', () => {
  /** 0 dBm0 = −3.14 dBFS. */
  const nominalDbfs = -18 - 3.14;
  const cases: readonly [ToneName, number[], number, [number, number][]][] = [
    [
      'ringback',
      [425],
      4600,
      [
        [0, 800],
        [4000, 4600],
      ],
    ],
    [
      'busy',
      [425],
      1400,
      [
        [0, 350],
        [700, 1050],
      ],
    ],
    [
      'congestion',
      [425],
      800,
      [
        [0, 200],
        [400, 600],
      ],
    ],
    [
      'second-call',
      [425],
      6000,
      [
        [500, 700],
        [5500, 5700],
      ],
    ],
    [
      'reconnection',
      [350, 440],
      3200,
      [
        [0, 100],
        [200, 300],
        [400, 500],
        [3000, 3100],
      ],
    ],
    [
      'limit-warning',
      [1400],
      1000,
      [
        [0, 100],
        [200, 300],
      ],
    ],
  ];

  test.each(cases)('%s sounds as the table says after G.711', (name, frequencies, ms, expected) => {
    const party = studio.party('party', 'alaw');
    studio.engine.playTone(party.id, name);
    studio.clock.advance(ms);
    const pcm = heardBy(party);
    const bursts = burstsOf(pcm, 8000);
    expect(bursts.length).toBe(expected.length);
    bursts.forEach(({ startMs, endMs }, i) => {
      const [start, end] = expected[i] as [number, number];
      expect(Math.abs(startMs - start)).toBeLessThanOrEqual(10);
      expect(Math.abs(endMs - end)).toBeLessThanOrEqual(10);
    });
    const [first] = bursts;
    const middle = pcm.subarray(((first?.startMs ?? 0) + 10) * 8, ((first?.endMs ?? 0) - 10) * 8);
    for (const frequency of frequencies) {
      expect(Math.abs(levelAtDbfs(middle, 8000, frequency) - nominalDbfs)).toBeLessThan(1);
    }
    if (frequencies.length === 1) {
      const found = dominantFrequencyHz(middle, 8000);
      expect(Math.abs(found / (frequencies[0] as number) - 1)).toBeLessThan(0.005);
    }
    expectUnbroken(party.wire.sent, 160);
  });

  test('back on line is one tone after the other, once', () => {
    const party = studio.party('party', 'alaw');
    studio.engine.playTone(party.id, 'back-on-line');
    studio.clock.advance(1000);
    const pcm = heardBy(party);
    expect(dominantFrequencyHz(pcm.subarray(80, 560), 8000)).toBeCloseTo(950, -1);
    expect(dominantFrequencyHz(pcm.subarray(720, 1200), 8000)).toBeCloseTo(1400, -1);
    expect(burstsOf(pcm, 8000).at(-1)?.endMs).toBeLessThan(175);
  });

  test('a tone stops when told, and a newer one takes its place', () => {
    const party = studio.party('party', 'alaw');
    studio.engine.playTone(party.id, 'ringback');
    studio.clock.advance(300);
    studio.engine.playTone(party.id, 'limit-warning');
    studio.clock.advance(300);
    const pcm = heardBy(party).slice(-2000);
    expect(levelAtDbfs(pcm, 8000, 425)).toBeLessThan(-55);
    studio.engine.playTone(party.id, 'busy');
    studio.engine.stopTone(party.id);
    studio.clock.advance(200);
    expect(levelDbfs(heardBy(party).slice(-800))).toBeLessThan(-60);
  });

  test('the echo of a key does not end the beeps of a waiting call', () => {
    const party = studio.party('party', 'alaw');
    studio.engine.playTone(party.id, 'second-call');
    studio.clock.advance(300);
    studio.engine.playTone(party.id, 'key-feedback');
    studio.clock.advance(400);
    expect(levelAtDbfs(heardBy(party).subarray(4200, 5400), 8000, 425)).toBeGreaterThan(-23);
  });

  test('speech under a beep is 6 dB lower as long as the beep lasts', () => {
    const [a, b] = [studio.party('a', 'alaw'), studio.party('b', 'alaw')];
    studio.engine.connect(a.id, b.id);
    studio.say(b, sine(8000, 1000, 1000, -20));
    studio.engine.playTone(a.id, 'second-call');
    studio.say(b, sine(8000, 1000, 1500, -20));
    const pcm = heardBy(a).slice(-12_000);
    expect(levelAtDbfs(pcm.subarray(1600, 3600), 8000, 1000)).toBeCloseTo(-20, 0);
    expect(levelAtDbfs(pcm.subarray(4200, 5400), 8000, 1000)).toBeCloseTo(-26, 0);
    expect(levelAtDbfs(pcm.subarray(7000, 9000), 8000, 1000)).toBeCloseTo(-20, 0);
    expect(burstsOf(joined([pcm]), 8000).length).toBe(1);
  });
});

describe('the outgoing stream', () => {
  test('a re-INVITE to another codec keeps the SSRC and marks the first packet', () => {
    const party = studio.party('party', 'alaw');
    studio.clock.advance(500);
    const before = party.wire.sent.length;
    party.leg.apply(session('mulaw'), studio.clock.nowMs());
    studio.clock.advance(500);
    const [last, next] = [party.wire.sent[before - 1] as SentPacket, party.wire.sent[before] as SentPacket];
    expect(next).toMatchObject({ ssrc: last.ssrc, payloadType: 0, marker: true });
    expectUnbroken(party.wire.sent, 160);
    expect(party.wire.sent.filter(({ marker }) => marker).length).toBe(2);
  });

  test('a party that holds us gets nothing but keep-alives; afterwards time has gone on and numbers have not', () => {
    const party = studio.party('party', 'alaw');
    studio.clock.advance(500);
    const last = party.wire.sent.at(-1) as SentPacket;
    const count = party.wire.sent.length;
    party.leg.apply(session('alaw', { direction: 'inactive' }), studio.clock.nowMs());
    studio.clock.advance(40_000);
    expect(party.wire.sent.length).toBe(count);
    expect(party.wire.keepAlives).toBe(3);
    party.leg.apply(session('alaw'), studio.clock.nowMs());
    studio.clock.advance(100);
    const next = party.wire.sent[count] as SentPacket;
    expect((next.sequence - last.sequence) & 0xffff).toBe(1);
    expect((next.timestamp - last.timestamp) >>> 0).toBe(160 * 2001);
    expect(next.marker).toBe(true);
  });

  test.each([10, 30, 40, 60])('a peer that wants %i ms per packet gets them', (ptimeMs) => {
    const party = studio.party('party', 'alaw');
    party.leg.apply(session('alaw', {}, ptimeMs), studio.clock.nowMs());
    studio.engine.playTone(party.id, 'ringback');
    studio.clock.advance(790);
    for (const { payload } of party.wire.sent) expect(payload.length).toBe(ptimeMs * 8);
    expectUnbroken(party.wire.sent, ptimeMs * 8);
    const pcm = heardBy(party).subarray(80, 5600);
    expect(signalToNoiseDb(pcm, 8000, 425)).toBeGreaterThan(30);
  });

  test('time the thread was blocked is in the timestamps and not in the numbers', () => {
    const party = studio.party('party', 'alaw');
    studio.clock.advance(500);
    const count = party.wire.sent.length;
    studio.clock.stall(1000);
    studio.clock.advance(200);
    const [last, next] = [party.wire.sent[count - 1] as SentPacket, party.wire.sent[count] as SentPacket];
    expect((next.sequence - last.sequence) & 0xffff).toBe(1);
    expect((next.timestamp - last.timestamp) >>> 0).toBeGreaterThanOrEqual(160 * 50);
    expect(party.wire.sent.length - count).toBeLessThanOrEqual(12);
  });
});
