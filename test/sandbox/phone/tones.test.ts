import { expect, test } from 'vitest';
import { cadenceOf, holdsTone, levelOf, loudestTone, measureTone } from '../../../sandbox/phone/tones.ts';

const rateHz = 48_000;
const tone = (frequencyHz: number, levelDbfs: number, lengthMs = 50): Int16Array =>
  Int16Array.from(
    { length: (rateHz * lengthMs) / 1_000 },
    (_, i) => 32_767 * 10 ** (levelDbfs / 20) * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  );
const mixed = (a: Int16Array, b: Int16Array): Int16Array => a.map((sample, index) => sample + b[index]!);

test.each([
  [350, -10],
  [425, -20],
  [440, -6],
  [1_004, -30],
  [3_400, -40],
])('%i Hz at %i dBFS are found and measured', (frequencyHz, levelDbfs) => {
  const samples = tone(frequencyHz, levelDbfs);
  const found = loudestTone(samples, rateHz)!;
  expect(Math.abs(found.frequencyHz - frequencyHz)).toBeLessThan(3);
  expect(Math.abs(found.levelDbfs - levelDbfs)).toBeLessThan(0.5);
  expect(Math.abs(measureTone(samples, rateHz, frequencyHz).levelDbfs - levelDbfs)).toBeLessThan(0.5);
  expect(Math.abs(levelOf(samples) - levelDbfs)).toBeLessThan(0.5);
});

test('both parts of a dual tone are held, their neighbours are not', () => {
  const ringback = mixed(tone(440, -12), tone(480, -12));
  expect([400, 440, 480, 520].map((hz) => holdsTone(ringback, rateHz, hz))).toEqual([false, true, true, false]);
});

test('425 Hz is not taken for 450 Hz', () => {
  expect(holdsTone(tone(425, -12), rateHz, 450)).toBe(false);
});

test('silence, noise and whispers are no tone', () => {
  expect(loudestTone(new Int16Array(2_400), rateHz)).toBeUndefined();
  expect(holdsTone(tone(440, -60), rateHz, 440)).toBe(false);
  const noise = Int16Array.from({ length: 2_400 }, (_, i) => ((i * 7_919 * (i % 31)) % 20_001) - 10_000);
  expect(holdsTone(noise, rateHz, 440)).toBe(false);
});

test('a cadence is told in steps of 20 ms', () => {
  const whole = new Int16Array(rateHz);
  whole.set(tone(425, -12, 500), 0);
  whole.set(tone(425, -12, 200), rateHz * 0.7);
  expect(cadenceOf(whole, rateHz, 425)).toEqual([
    { on: true, lengthMs: 500 },
    { on: false, lengthMs: 200 },
    { on: true, lengthMs: 200 },
    { on: false, lengthMs: 100 },
  ]);
});
