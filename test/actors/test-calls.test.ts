import { expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import { type FailedTestCall, TestCalls } from '../../src/actors/test-calls.ts';
import { CallId, EpochMs } from '../../src/machines/model/ids.ts';
import type { CallerIdentity } from '../../src/machines/model/party.ts';
import type { TestCallReport } from '../../src/machines/test-call.ts';
import { PlayedNetworks } from '../fakes/networks.ts';
import { office, olga } from './house.ts';

const out = CallId('out');
const back = CallId('back');

/** A line that has called its own number, 100. */
function openTest() {
  const nets = new PlayedNetworks();
  const actorClock = new SimulatedClock();
  const wall = { at: 0 };
  const reports: TestCallReport[] = [];
  const failures: FailedTestCall[] = [];
  const tests = new TestCalls({
    sip: nets.sip,
    media: nets.media,
    faults: {
      report: (_, error) => {
        throw error;
      },
    },
    clock: { now: () => EpochMs(wall.at) },
    actorClock,
    report: (report) => void reports.push(report),
    failed: (one) => void failures.push(one),
  });
  tests.expect(office.id, olga, '100', out);
  const offer = (caller: CallerIdentity = { number: '100' }) => tests.take({ callId: back, lineId: office.id, caller });
  return { nets, actorClock, wall, reports, failures, tests, offer };
}

test('a line’s call to itself is answered with a tone, then with its own sound, and its keys are told', () => {
  const { nets, actorClock, reports, offer } = openTest();
  expect(offer()).toBe(true);
  nets.party(back, { type: 'party.answered' });
  // Whoever calls is joined only when the answer has come back to him.
  expect(nets.told).toEqual(['ring party back', 'answer party back']);
  actorClock.increment(1_000);
  expect(nets.told.at(-1)).toBe('back-on-line to back');
  actorClock.increment(1_000);
  expect(nets.told.at(-1)).toBe('back hears back');
  nets.audio(back, { type: 'key.heard', digit: '1' });
  nets.party(back, { type: 'key.heard', digit: '#' });
  nets.party(back, { type: 'party.hungUp', cause: { kind: 'normal' } });
  const keys = [
    { digit: '1', way: 'rfc2833' },
    { digit: '#', way: 'info' },
  ];
  expect(reports).toEqual([{ line: office.id, user: olga, codec: 'alaw', keys }]);
  expect(nets.watched).toBe(0);
});

test('somebody else’s call meanwhile, a second one, and one that comes too late are no tests', () => {
  const { offer } = openTest();
  expect(offer({ number: '200' })).toBe(false);
  expect(offer({ number: undefined })).toBe(false);
  expect(offer()).toBe(true);
  expect(offer()).toBe(false);
  const late = openTest();
  late.wall.at = 150_001;
  expect(late.offer()).toBe(false);
});

test('a forgotten test is hung up after three minutes, and one that is never acknowledged, too', () => {
  const { nets, actorClock, offer } = openTest();
  offer();
  nets.party(back, { type: 'party.answered' });
  actorClock.increment(179_999);
  expect(nets.told).not.toContain('hang up party back normal');
  actorClock.increment(1);
  expect(nets.told).toContain('hang up party back normal');
  const silent = openTest();
  silent.offer();
  silent.actorClock.increment(40_000);
  expect(silent.nets.told).toContain('hang up party back normal');
});

test('a shutdown ends the test', async () => {
  const { nets, reports, tests, offer } = openTest();
  offer();
  await tests.endAll(AbortSignal.timeout(1_000));
  expect(nets.told).toContain('hang up party back normal');
  expect(reports).toHaveLength(1);
});

test('a test that the PBX does not bring back is told, once; one that came back is not', () => {
  const cause = { kind: 'rejected', sip: { status: 404, reason: 'Not Found' } } as const;
  const { tests, failures, offer } = openTest();
  tests.ended(CallId('another'), cause);
  expect(failures).toEqual([]);
  tests.ended(out, cause);
  tests.ended(out, cause);
  expect(failures).toEqual([{ line: office.id, user: olga, cause }]);
  expect(offer()).toBe(false);
  const good = openTest();
  good.offer();
  good.tests.ended(out, { kind: 'normal' });
  expect(good.failures).toEqual([]);
});
