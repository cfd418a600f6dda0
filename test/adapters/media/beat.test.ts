import { describe, expect, test } from 'vitest';
import type { MediaFact } from '../../../src/actors/ports/media.ts';
import { BusyMeter } from '../../../src/adapters/media/busy-meter.ts';
import { Liveness } from '../../../src/adapters/media/liveness.ts';
import { Ticker } from '../../../src/adapters/media/ticker.ts';
import { sine } from '../../support/tones.ts';
import { Studio } from './support/studio.ts';
import { VirtualClock } from './support/virtual-clock.ts';

describe('the beat', () => {
  const started = () => {
    const clock = new VirtualClock();
    const due: number[] = [];
    const missed: number[] = [];
    const ticker = new Ticker(
      clock,
      (dueMs) => due.push(dueMs),
      (ms) => missed.push(ms),
    );
    ticker.start();
    return { clock, due, missed, ticker };
  };

  test('is every 20 ms and never drifts', () => {
    const { clock, due } = started();
    clock.advance(60_000);
    expect(due.length).toBe(3000);
    expect(due.every((ms, i) => ms === 1020 + i * 20)).toBe(true);
  });

  test('catches up when it is 60 ms late or less', () => {
    const { clock, due, missed, ticker } = started();
    clock.advance(100);
    clock.stall(75);
    clock.advance(25);
    expect(missed).toEqual([]);
    expect(due.length).toBe(10);
    expect(ticker.lateTicks).toBeGreaterThan(0);
  });

  test('gives time up when it is later', () => {
    const { clock, due, missed, ticker } = started();
    clock.advance(100);
    clock.stall(1000);
    clock.advance(100);
    expect(missed).toEqual([980]);
    expect(ticker.skips).toBe(1);
    expect(due.length).toBe(5 + 6);
    expect(due.at(-1)).toBe(2200);
  });

  test('stops', () => {
    const { clock, due, ticker } = started();
    clock.advance(100);
    ticker.stop();
    clock.advance(1000);
    expect(due.length).toBe(5);
  });
});

describe('signs of life', () => {
  const watched = () => {
    const facts: MediaFact['type'][] = [];
    return { facts, liveness: new Liveness(({ type }) => facts.push(type)) };
  };

  test('two seconds without any are a loss, told once; the next one is the return', () => {
    const { facts, liveness } = watched();
    liveness.expect(0);
    liveness.heard(100);
    for (let ms = 100; ms < 2100; ms += 20) liveness.tick(ms);
    expect(facts).toEqual(['media.started']);
    for (let ms = 2100; ms < 5000; ms += 20) liveness.tick(ms);
    liveness.heard(5000);
    liveness.heard(5020);
    expect(facts).toEqual(['media.started', 'media.lost', 'media.back']);
  });

  test('agreed silence is no loss', () => {
    const { facts, liveness } = watched();
    liveness.expect(0);
    liveness.heard(10);
    liveness.excuse();
    liveness.tick(60_000);
    liveness.expect(60_000);
    liveness.tick(61_990);
    expect(facts).toEqual(['media.started']);
    liveness.tick(62_000);
    expect(facts).toEqual(['media.started', 'media.lost']);
  });

  test('of a user who mutes, control packets are enough', () => {
    const studio = new Studio();
    const user = studio.user('user');
    studio.say(user, sine(8000, 300, 200, -20));
    const lastMs = studio.clock.nowMs();
    for (let i = 0; i < 10; i++) {
      studio.clock.advance(1000);
      user.wire.deliverControl(Buffer.alloc(8));
    }
    expect(studio.facts.map(({ fact }) => fact.type)).toEqual(['media.started']);
    studio.clock.advance(3000);
    const lost = studio.facts.at(-1);
    expect(lost?.fact.type).toBe('media.lost');
    expect((lost?.atMs ?? 0) - lastMs - 10_000).toBeGreaterThanOrEqual(2000);
    expect((lost?.atMs ?? 0) - lastMs - 10_000).toBeLessThanOrEqual(2500);
    studio.engine.stop();
  });
});

describe('a thread under load', () => {
  test('says how bad it is, and takes it back slowly', () => {
    const meter = new BusyMeter();
    let [busyMs, ticks] = [0, 0];
    const run = (fromMs: number, seconds: number, share: number) => {
      let level = 0;
      for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += 20) {
        busyMs += 20 * share;
        level = meter.tick(ms, busyMs, ++ticks, 0)?.level ?? level;
      }
      return level;
    };
    expect(run(0, 20, 0.3)).toBe(0);
    expect(run(20_000, 30, 0.7)).toBe(1);
    expect(run(50_000, 30, 0.8)).toBe(2);
    expect(run(80_000, 30, 0.95)).toBe(3);
    expect(run(110_000, 6, 0.2)).toBe(3);
    expect(run(116_000, 60, 0.2)).toBe(0);
  });
});
