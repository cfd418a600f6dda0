import { describe, expect, test } from 'vitest';
import { decodeG711, encodeG711 } from '../../../sandbox/pbx/g711.ts';
import { frameSamples, inTurn, keys, type Sound, silence, tone } from '../../../sandbox/pbx/sounds.ts';
import { levelDbfs } from '../../support/tones.ts';
import { shareOf } from './baresip.ts';

const played = (sound: Sound, frames: number): Int16Array => {
  const samples = new Int16Array(frames * frameSamples);
  for (let n = 0; n < frames; n++) sound(samples.subarray(n * frameSamples, (n + 1) * frameSamples));
  return samples;
};

test('a tone has the frequency and level asked for', () => {
  const samples = played(tone(1004, -10), 50);
  expect(shareOf(samples, 1004)).toBeGreaterThan(0.999);
  expect(levelDbfs(samples)).toBeCloseTo(-10, 1);
});

test('sounds follow each other to the frame, and then it is over', () => {
  const sound = inTurn(tone(600, -10, 40), silence(20), tone(800, -10, 20));
  const frame = new Int16Array(frameSamples);
  const heard = Array.from({ length: 5 }, () => {
    frame.fill(0);
    const goesOn = sound(frame);
    return [goesOn, shareOf(frame, 600) > 0.9 ? 600 : shareOf(frame, 800) > 0.9 ? 800 : 0];
  });
  expect(heard).toEqual([
    [true, 600],
    [true, 600],
    [true, 0],
    [false, 800],
    [false, 0],
  ]);
});

test('a key is the two tones of its row and column', () => {
  const samples = played(keys('6'), 5);
  expect(shareOf(samples, 770)).toBeCloseTo(0.5, 1);
  expect(shareOf(samples, 1477)).toBeCloseTo(0.5, 1);
});

describe.each([
  ['A-law', 8, 0xd5],
  ['µ-law', 0, 0xff],
] as const)('%s', (_, codec, quiet) => {
  test('silence has its code, and every code survives', () => {
    expect(encodeG711(codec, new Int16Array(1))[0]).toBe(quiet);
    const codes = Uint8Array.from({ length: 256 }, (__, n) => n).filter((code) => codec === 8 || code !== 0x7f);
    expect(new Uint8Array(encodeG711(codec, decodeG711(codec, codes)))).toEqual(codes);
  });

  test('a tone survives with 35 dB', () => {
    const samples = played(tone(1004, -10), 50);
    const again = decodeG711(codec, encodeG711(codec, samples));
    expect(shareOf(again, 1004)).toBeGreaterThan(1 - 10 ** -3.5);
    expect(Math.max(...decodeG711(codec, encodeG711(codec, Int16Array.of(32_767, -32_768))))).toBeGreaterThan(31_000);
  });
});
