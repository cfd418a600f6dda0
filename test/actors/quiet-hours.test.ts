import { describe, expect, test } from 'vitest';
import { isQuiet } from '../../src/actors/quiet-hours.ts';
import { EpochMs } from '../../src/machines/model/ids.ts';

const at = (iso: string) => EpochMs(Date.parse(iso));
const minutes = (text: string) => {
  const [hours = 0, rest = 0] = text.split(':').map(Number);
  return hours * 60 + rest;
};
const hours = (from: string, until: string, timeZone = 'UTC') => ({
  from: minutes(from),
  until: minutes(until),
  timeZone,
});

describe('B-17 hours in which nobody is rung', () => {
  test.each([
    ['12:59:59', false],
    ['13:00:00', true],
    ['14:59:59', true],
    ['15:00:00', false],
  ])('of one day, at %s: %s', (time, quiet) => {
    expect(isQuiet(hours('13:00', '15:00'), at(`2026-03-01T${time}Z`))).toBe(quiet);
  });

  test.each([
    ['21:59:59', false],
    ['22:00:00', true],
    ['00:00:00', true],
    ['06:59:59', true],
    ['07:00:00', false],
    ['12:00:00', false],
  ])('over midnight, at %s: %s', (time, quiet) => {
    expect(isQuiet(hours('22:00', '07:00'), at(`2026-03-01T${time}Z`))).toBe(quiet);
  });

  test('until midnight, and from midnight on', () => {
    expect(isQuiet(hours('22:00', '00:00'), at('2026-03-01T23:59:00Z'))).toBe(true);
    expect(isQuiet(hours('22:00', '00:00'), at('2026-03-02T00:00:00Z'))).toBe(false);
    expect(isQuiet(hours('00:00', '06:00'), at('2026-03-02T00:00:00Z'))).toBe(true);
  });

  test('go by the clock of the place, with its summer time and its quarters of hours', () => {
    const berlin = hours('22:00', '07:00', 'Europe/Berlin');
    expect(isQuiet(berlin, at('2026-01-15T21:00:00Z'))).toBe(true);
    expect(isQuiet(berlin, at('2026-01-15T20:59:00Z'))).toBe(false);
    expect(isQuiet(berlin, at('2026-07-15T20:00:00Z'))).toBe(true);
    expect(isQuiet(berlin, at('2026-07-15T05:00:00Z'))).toBe(false);
    // UTC+5:45
    const nepal = hours('00:00', '06:00', 'Asia/Kathmandu');
    expect(isQuiet(nepal, at('2026-01-15T18:14:00Z'))).toBe(false);
    expect(isQuiet(nepal, at('2026-01-15T18:15:00Z'))).toBe(true);
  });

  test('an hour that comes twice in autumn is quiet both times, one that is left out in spring harms nothing', () => {
    const berlin = hours('02:15', '02:45', 'Europe/Berlin');
    expect(isQuiet(berlin, at('2026-10-25T00:30:00Z'))).toBe(true);
    expect(isQuiet(berlin, at('2026-10-25T01:30:00Z'))).toBe(true);
    expect(isQuiet(berlin, at('2026-03-29T00:59:00Z'))).toBe(false);
    expect(isQuiet(berlin, at('2026-03-29T01:00:00Z'))).toBe(false);
  });
});
