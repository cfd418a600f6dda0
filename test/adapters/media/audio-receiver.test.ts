import { describe, expect, test } from 'vitest';
import type { AudioCodec } from '../../../src/adapters/media/codecs/codec.ts';
import { createG711 } from '../../../src/adapters/media/codecs/g711.ts';
import { loadNativeOpus } from '../../../src/adapters/media/codecs/opus-native.ts';
import { opusHasFec } from '../../../src/adapters/media/codecs/opus-packet.ts';
import { AudioReceiver } from '../../../src/adapters/media/receive/audio-receiver.ts';
import type { PacketKind } from '../../../src/adapters/media/receive/packet-ring.ts';
import { noRtpFields, readRtp } from '../../../src/adapters/media/rtp.ts';
import { joined, levelDbfs, signalToNoiseDb, sine } from '../../support/tones.ts';
import { type Arrival, arrivals, networks } from './support/network.ts';
import { Talker } from './support/peer.ts';

/** A receiver with a sender at the other end of a made-up network. */
const listen = (codec: AudioCodec = createG711('alaw'), startDelayMs = 40) => {
  const receiver = new AudioReceiver(codec, startDelayMs);
  const fields = noRtpFields();
  const insert = (packet: Buffer, nowMs: number, kind: PacketKind = 'audio') => {
    expect(readRtp(packet, packet.length, fields)).toBe(true);
    receiver.insert(fields, packet, kind, nowMs);
  };
  const pull = (nowMs: number): Int16Array => {
    const out = new Int16Array(codec.rateHz / 50);
    receiver.pull(nowMs, out);
    return out;
  };
  return { receiver, insert, pull };
};

const packetsOf = (pcm: Int16Array, samples = 160, codec: AudioCodec = createG711('alaw')): Buffer[] => {
  const talker = new Talker(codec, 8);
  return Array.from({ length: Math.floor(pcm.length / samples) }, (_, i) =>
    talker.packet(pcm.subarray(i * samples, (i + 1) * samples)),
  );
};

/** Plays arrivals against ticks at `phaseMs` after the full 20 ms; measures what a listener would. */
const play = (all: readonly Arrival[], packets: readonly Buffer[], phaseMs: number, ticksMs: number, stretch = 1) => {
  const { receiver, insert, pull } = listen();
  const heard: Int16Array[] = [];
  const delays: number[] = [];
  let next = 0;
  for (let nowMs = phaseMs; nowMs < ticksMs; nowMs += 20) {
    for (let arrival = all[next]; arrival !== undefined && arrival.atMs * stretch <= nowMs; arrival = all[++next]) {
      insert(packets[arrival.index] as Buffer, arrival.atMs * stretch);
    }
    heard.push(pull(nowMs));
    if (receiver.playing && nowMs > 2000) delays.push(receiver.delayMs(nowMs + 20));
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const { concealedMs, fecMs, playedMs } = receiver.counters;
  const concealedPercent = ((concealedMs + fecMs) * 100) / playedMs;
  return { counters: receiver.counters, meanDelayMs: mean(delays), delays, mean, concealedPercent, heard };
};

const threeMinutes = 9000;
const voice = packetsOf(sine(8000, 300, threeMinutes * 20, -12));

describe('three minutes on a network', () => {
  const phases = [0, 3, 6, 10, 14, 18];
  test.each([
    { name: 'lan', bounds: { delayMs: 25, concealedPercent: 0 } },
    { name: 'wifi', bounds: { delayMs: 80, concealedPercent: 1.2 } },
    { name: 'lte', bounds: { delayMs: 110, concealedPercent: 2.8 } },
  ] as const)(
    '$name is heard with at most $bounds.delayMs ms of delay and $bounds.concealedPercent % made up',
    (trace) => {
      const all = arrivals(networks[trace.name], threeMinutes, 42);
      const runs = phases.map((phaseMs) => play(all, voice, phaseMs, threeMinutes * 20 + 60));
      for (const { concealedPercent } of runs)
        expect(concealedPercent).toBeLessThanOrEqual(trace.bounds.concealedPercent);
      const meanDelayMs = runs.reduce((sum, run) => sum + run.meanDelayMs, 0) / runs.length;
      expect(meanDelayMs).toBeLessThanOrEqual(trace.bounds.delayMs);
      expect(meanDelayMs).toBeGreaterThan(0);
    },
  );

  test.each([200e-6, -200e-6])('a clock that is %f off changes the delay by 20 ms at most in 10 min', (drift) => {
    const packets = 30_000;
    const all = Array.from({ length: packets }, (_, index) => ({ index, atMs: 60 + index * 20 }));
    const tone = Array.from({ length: packets }, (_, i) => voice[i % voice.length] as Buffer);
    // The sequence goes on while the sound repeats.
    const talker = new Talker(createG711('alaw'), 8);
    const numbered = tone.map((packet) => talker.raw(8, packet.subarray(12), 160));
    const { counters, delays, mean } = play(all, numbered, 7, packets * 20 * (1 - 300e-6), 1 + drift);
    const tenSeconds = Array.from({ length: Math.floor(delays.length / 500) }, (_, i) =>
      mean(delays.slice(i * 500, (i + 1) * 500)),
    );
    expect(Math.max(...tenSeconds) - Math.min(...tenSeconds)).toBeLessThanOrEqual(20);
    expect(counters.concealedMs).toBe(0);
    expect(counters.corrections).toBeLessThanOrEqual(2.5 * 4 * 10);
    expect(counters.corrections).toBeGreaterThan(0);
  });
});

describe('one stream', () => {
  test('a tone on a perfect network comes out as it went in', () => {
    const all = Array.from({ length: 200 }, (_, index) => ({ index, atMs: index * 20 }));
    const { heard, counters } = play(all, voice, 10, 4000);
    const pcm = joined(heard).subarray(16_000);
    expect(signalToNoiseDb(pcm, 8000, 300)).toBeGreaterThan(36);
    expect(counters).toMatchObject({ concealedMs: 0, late: 0, duplicate: 0 });
  });

  test('packets that come twice, in the wrong order or over the wrap-around are played once and in order', () => {
    const swapped = Array.from({ length: 200 }, (_, i) => ({
      index: i % 10 === 4 ? i + 1 : i % 10 === 5 ? i - 1 : i,
      atMs: i * 20,
    }));
    const twice = swapped.flatMap((arrival) => [arrival, { ...arrival, atMs: arrival.atMs + 1 }]);
    const { heard, counters } = play(twice, voice, 10, 4000);
    expect(signalToNoiseDb(joined(heard).subarray(16_000), 8000, 300)).toBeGreaterThan(36);
    // One, before it is known that packets come so late.
    expect(counters.concealedMs).toBeLessThanOrEqual(20);
    expect(counters.duplicate + counters.late).toBe(200);
  });

  test.each([10, 30, 40, 60])('packets of %i ms are played without a gap', (ms) => {
    const packets = packetsOf(sine(8000, 300, 6000, -12), ms * 8);
    const all = packets.map((_, index) => ({ index, atMs: index * ms }));
    const { heard, counters } = play(all, packets, 5, 5900);
    expect(counters.concealedMs).toBe(0);
    expect(signalToNoiseDb(joined(heard).subarray(16_000, 40_000), 8000, 300)).toBeGreaterThan(30);
  });

  test('a lost packet is covered without a click and without moving what follows', () => {
    const all = Array.from({ length: 200 }, (_, index) => ({ index, atMs: index * 20 })).filter(
      ({ index }) => index !== 150,
    );
    const { heard, counters } = play(all, voice, 10, 4000);
    expect(counters.concealedMs).toBe(20);
    const pcm = joined(heard);
    expect(levelDbfs(pcm.subarray(150 * 160 - 800, 150 * 160 + 800))).toBeGreaterThan(-14);
    const steps = pcm.subarray(16_000).map((sample, i, part) => Math.abs(sample - (part[i - 1] ?? sample)));
    expect(Math.max(...steps)).toBeLessThan(3500);
    expect(signalToNoiseDb(pcm.subarray(pcm.length - 4000), 8000, 300)).toBeGreaterThan(36);
  });

  test('a sender that falls silent is no loss after 100 ms, and is heard again at once', () => {
    const { receiver, insert, pull } = listen();
    const talker = new Talker(createG711('alaw'), 8);
    const say = (fromMs: number, toMs: number) => {
      const frames: Int16Array[] = [];
      for (let nowMs = fromMs; nowMs < toMs; nowMs += 20) {
        insert(talker.packet(sine(8000, 300, 20, -12)), nowMs);
        frames.push(pull(nowMs + 10));
      }
      return joined(frames);
    };
    say(0, 1000);
    const silence = joined(Array.from({ length: 100 }, (_, i) => pull(1010 + i * 20)));
    expect(receiver.counters.concealedMs).toBe(100);
    expect(levelDbfs(silence.subarray(4000))).toBeLessThan(-45);
    talker.timestamp = (talker.timestamp + 100 * 160) >>> 0;
    expect(levelDbfs(say(3000, 3100))).toBeGreaterThan(-16);
    expect(receiver.counters.concealedMs).toBe(100);
  });

  test('half a second that comes at once is not kept as delay', () => {
    const all = Array.from({ length: 300 }, (_, index) => ({
      index,
      atMs: index < 100 ? index * 20 : Math.max(index * 20, 2600),
    }));
    const { delays, counters } = play(all, voice, 10, 6000);
    expect(counters.dropped).toBeGreaterThan(10);
    expect(delays.at(-1)).toBeLessThan(150);
  });

  test('one absurd sequence number is dropped, five in order are another stream', () => {
    const { receiver, insert, pull } = listen();
    const talker = new Talker(createG711('alaw'), 8, { sequence: 10 });
    let nowMs = 0;
    const next = () => {
      insert(talker.packet(sine(8000, 300, 20, -12)), nowMs);
      nowMs += 20;
      return pull(nowMs);
    };
    for (let i = 0; i < 50; i++) next();
    talker.sequence = 20_010;
    next();
    expect(receiver.counters.absurd).toBe(1);
    for (let i = 0; i < 10; i++) next();
    expect(receiver.counters.absurd).toBe(4);
    expect(levelDbfs(joined([next(), next()]))).toBeGreaterThan(-16);
  });

  test.each([3_600_000, -3_600_000])('a sender that sets its clock by %i ms is heard on', (jumpMs) => {
    const { receiver, insert, pull } = listen();
    const talker = new Talker(createG711('alaw'), 8);
    const heard: Int16Array[] = [];
    for (let i = 0; i < 300; i++) {
      if (i === 150) talker.timestamp = (talker.timestamp + jumpMs * 8) >>> 0;
      insert(talker.packet(sine(8000, 300, 20, -12)), i * 20);
      heard.push(pull(i * 20 + 10));
    }
    expect(levelDbfs(joined(heard.slice(155, 170)))).toBeGreaterThan(-14);
    expect(receiver.counters.corrections).toBeLessThan(5);
    expect(receiver.delayMs(6000)).toBeLessThan(60);
  });

  test('a noise packet sets the level of the silence', () => {
    const { insert, pull } = listen();
    const talker = new Talker(createG711('alaw'), 8);
    for (let i = 0; i < 20; i++) {
      insert(talker.packet(new Int16Array(160)), i * 20);
      pull(i * 20 + 10);
    }
    insert(talker.raw(13, Uint8Array.of(60), 160), 400, 'noise');
    const silence = joined(Array.from({ length: 50 }, (_, i) => pull(410 + i * 20))).subarray(2400);
    // −60 dBov is a root mean square; relative to a sine it is 3 dB more.
    expect(levelDbfs(silence)).toBeCloseTo(-57, 0);
  });

  test('malformed packets are counted and covered', () => {
    const opus = loadNativeOpus()?.create(8000);
    if (opus === undefined) return;
    const { receiver, insert, pull } = listen(opus);
    const talker = new Talker(opus, 111);
    for (let i = 0; i < 50; i++) {
      insert(
        i % 10 === 9 ? talker.raw(111, Uint8Array.of(255, 255, 255), 960) : talker.packet(sine(8000, 300, 20, -12)),
        i * 20,
      );
      pull(i * 20 + 10);
    }
    expect(receiver.counters.malformed).toBeGreaterThan(2);
    opus.free();
  });
});

describe.skipIf(loadNativeOpus() === undefined)('five per cent lost', () => {
  test('isolated losses are recovered from the packet behind', () => {
    const codec = (loadNativeOpus() as NonNullable<ReturnType<typeof loadNativeOpus>>).create(8000);
    codec.expectLoss(5);
    const syllables = sine(8000, 220, 60_000, -12).map((sample, i) => sample * Math.max(0.05, Math.sin(i / 900)));
    const packets = packetsOf(syllables, 160, codec);
    const { receiver, insert, pull } = listen(codec);
    const isLost = (i: number) => i % 20 === 10;
    packets.forEach((packet, i) => {
      if (!isLost(i)) insert(packet, i * 20);
      pull(i * 20 + 10);
    });
    const payloadOf = (packet: Buffer | undefined) => packet?.subarray(12) ?? Buffer.alloc(0);
    const recoverable = packets.filter((_, i) => {
      const behind = payloadOf(packets[i + 1]);
      return isLost(i) && opusHasFec(behind, behind.length);
    }).length;
    const { fecMs, concealedMs } = receiver.counters;
    expect(recoverable).toBeGreaterThan(50);
    expect(fecMs / 20).toBeGreaterThanOrEqual(0.95 * recoverable);
    expect(fecMs + concealedMs).toBeLessThanOrEqual(3100);
    codec.free();
  });
});
