import { afterEach, describe, expect, test } from 'vitest';
import type { AudioCodec } from '../../../src/adapters/media/codecs/codec.ts';
import { createG711 } from '../../../src/adapters/media/codecs/g711.ts';
import { loadG722 } from '../../../src/adapters/media/codecs/g722.ts';
import { loadGsm } from '../../../src/adapters/media/codecs/gsm.ts';
import { loadBundledOpus } from '../../../src/adapters/media/codecs/opus-bundled.ts';
import { loadNativeOpus } from '../../../src/adapters/media/codecs/opus-native.ts';
import { dominantFrequencyHz, joined, levelDbfs, sine } from '../../support/tones.ts';

interface Case {
  readonly title: string;
  readonly create: (() => AudioCodec) | undefined;
  readonly bytesIn20Ms: readonly [number, number];
  readonly package: string;
}

const native = loadNativeOpus();
const bundled = loadBundledOpus();
const opusAt = (opus: typeof native, rateHz: number) => opus && (() => opus.create(rateHz));
const spandsp = loadG722();
const gsm = loadGsm();

const cases: Case[] = [
  ...[8000, 16_000, 48_000].flatMap((rateHz) => [
    {
      title: `libopus at ${rateHz} Hz`,
      create: opusAt(native, rateHz),
      bytesIn20Ms: [3, 160] as const,
      package: 'libopus0',
    },
    {
      title: `@evan/opus at ${rateHz} Hz`,
      create: opusAt(bundled, rateHz),
      bytesIn20Ms: [3, 160] as const,
      package: '',
    },
  ]),
  { title: 'A-law', create: () => createG711('alaw'), bytesIn20Ms: [160, 160], package: '' },
  { title: 'µ-law', create: () => createG711('mulaw'), bytesIn20Ms: [160, 160], package: '' },
  { title: 'G.722', create: spandsp && (() => spandsp.create()), bytesIn20Ms: [160, 160], package: 'libspandsp2' },
  { title: 'GSM', create: gsm && (() => gsm.create()), bytesIn20Ms: [33, 33], package: 'libgsm1' },
];

for (const { title, create, bytesIn20Ms, package: debianPackage } of cases) {
  const missing = create === undefined;
  const skipped = missing && process.env.CI !== 'true';
  describe.skipIf(skipped)(missing ? `${title}: install ${debianPackage}` : title, () => {
    let codec = createG711('alaw');
    const open = () => (codec = (create as () => AudioCodec)());
    afterEach(() => codec.free());

    const passThrough = (pcm: Int16Array): Int16Array => {
      const samples = codec.rateHz / 50;
      const packet = new Uint8Array(1500);
      const out = new Int16Array(codec.rateHz / 8);
      const frames: Int16Array[] = [];
      for (let at = 0; at + samples <= pcm.length; at += samples) {
        const bytes = codec.encode(pcm.subarray(at, at + samples), samples, packet);
        expect(bytes).toBeGreaterThanOrEqual(bytesIn20Ms[0]);
        expect(bytes).toBeLessThanOrEqual(bytesIn20Ms[1]);
        expect(codec.packetSamples(packet, bytes)).toBe(samples);
        const count = codec.decode(packet, bytes, out);
        expect(count).toBe(samples);
        frames.push(out.slice(0, count));
      }
      return joined(frames);
    };

    test('F-OPS-4 a tone comes out at its frequency and level', () => {
      open();
      const out = passThrough(sine(codec.rateHz, 1000, 1000, -12)).subarray(codec.rateHz / 5);
      expect(dominantFrequencyHz(out, codec.rateHz)).toBeCloseTo(1000, 0);
      expect(Math.abs(levelDbfs(out) + 12)).toBeLessThan(codec.name === 'gsm' ? 1 : 0.5);
    });

    test('silence stays silent', () => {
      open();
      expect(levelDbfs(passThrough(new Int16Array(codec.rateHz)))).toBeLessThan(-60);
    });

    test('the loudest sound does not wrap', () => {
      open();
      const loud = passThrough(sine(codec.rateHz, 400, 500, 0)).subarray(codec.rateHz / 5);
      expect(levelDbfs(loud)).toBeGreaterThan(-1.5);
      expect(dominantFrequencyHz(loud, codec.rateHz)).toBeCloseTo(400, 0);
    });

    test('no packet makes it throw or write beyond the buffer', () => {
      open();
      const out = new Int16Array(codec.rateHz / 8);
      let state = 1;
      for (let round = 0; round < 500; round++) {
        const junk = Uint8Array.from({ length: round % 200 }, () => (state = (state * 48_271) % 2_147_483_647) & 255);
        const samples = codec.decode(junk, junk.length, out);
        expect(samples).toBeGreaterThanOrEqual(0);
        expect(samples).toBeLessThanOrEqual(out.length);
        expect(codec.decode(junk, junk.length + 50, out)).toBe(0);
        codec.decodeFec(junk, junk.length, out, codec.rateHz / 50);
      }
    });

    test('it can be freed twice and is harmless afterwards', () => {
      open();
      codec.free();
      codec.free();
      const out = new Int16Array(codec.rateHz / 8);
      expect(() => codec.decode(new Uint8Array(33), 33, out)).not.toThrow();
      expect(() => codec.setComplexity(0)).not.toThrow();
    });
  });
}

describe.skipIf(native === undefined)('libopus', () => {
  test('a lost packet is recovered from the next one, and concealed without it', () => {
    const codec = (native as NonNullable<typeof native>).create(8000);
    codec.expectLoss(20);
    // Sound that changes: for a steady one the redundancy is not worth its bits.
    const pcm = sine(8000, 440, 2000, -12).map((sample, i) => sample * (0.6 + 0.4 * Math.sin(i / 300)));
    const packets = Array.from({ length: 100 }, (_, i) => {
      const packet = new Uint8Array(400);
      return packet.slice(0, codec.encode(pcm.subarray(i * 160, i * 160 + 160), 160, packet));
    });
    const out = new Int16Array(1000);
    for (const packet of packets.slice(0, 50)) codec.decode(packet, packet.length, out);
    const next = packets[51] as Uint8Array;
    expect(codec.decodeFec(next, next.length, out, 160)).toBe(160);
    expect(levelDbfs(out.subarray(0, 160))).toBeGreaterThan(-18);
    codec.decode(next, next.length, out);
    expect(codec.conceals).toBe(true);
    expect(codec.decode(undefined, 0, out)).toBe(160);
    expect(levelDbfs(out.subarray(0, 160))).toBeGreaterThan(-20);
    codec.free();
  });
});

describe('G.711', () => {
  test('code words are those of the recommendation', () => {
    const out = new Int16Array(4);
    createG711('alaw').decode(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a), 4, out);
    expect([...out]).toEqual([8, -8, 32_256, -32_256]);
    createG711('mulaw').decode(Uint8Array.of(0xff, 0x7f, 0x80, 0x00), 4, out);
    expect([...out].map((value) => value + 0)).toEqual([0, 0, 32_124, -32_124]);
  });

  test('silence is 0xD5 in A-law and 0xFF in µ-law', () => {
    for (const [law, silence] of [
      ['alaw', 0xd5],
      ['mulaw', 0xff],
    ] as const) {
      const out = new Uint8Array(2);
      createG711(law).encode(new Int16Array(2), 2, out);
      expect([...out]).toEqual([silence, silence]);
    }
  });

  test('every code word survives decoding and coding', () => {
    for (const law of ['alaw', 'mulaw'] as const) {
      const codec = createG711(law);
      const all = Uint8Array.from({ length: 256 }, (_, code) => code);
      const [first, second] = [new Int16Array(256), new Int16Array(256)];
      const again = new Uint8Array(256);
      codec.decode(all, 256, first);
      codec.encode(first, 256, again);
      codec.decode(again, 256, second);
      expect(second).toEqual(first);
    }
  });
});
