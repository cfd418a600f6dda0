import { beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import { Bridges } from '../../src/actors/bridges.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { CallInHand, Recall } from '../../src/machines/model/softphone.ts';
import { PlayedNetworks } from '../fakes/networks.ts';
import { byHand } from '../fakes/recorder.ts';

const olga = UserId('1');
const [pat, quinn] = [CallId('pat'), CallId('quinn')];
const callOf = (call: CallId, limitMs: number | undefined): CallInHand => ({
  line: LineId('office'),
  label: { call, direction: 'incoming', number: call, lineName: 'Office', startedAt: EpochMs(0) },
  target: undefined,
  voiceLeg: VoiceLegId('leg'),
  switching: true,
  limitMs,
  recording: byHand,
});

let nets: PlayedNetworks;
let clock: SimulatedClock;
let bridges: Bridges;
let said: string[];
let faults: unknown[];
let recalled: (readonly [CallId, number | undefined])[];
/** How long each had talked when the user left. */
let talkedMs: Partial<Record<CallId, number>>;
beforeEach(() => {
  nets = new PlayedNetworks();
  clock = new SimulatedClock();
  said = [];
  faults = [];
  recalled = [];
  talkedMs = {};
  bridges = new Bridges({
    sip: nets.sip,
    media: nets.media,
    notices: {
      say: (_: UserId, { kind }: { kind: string }) => said.push(kind),
      conclude: (_: UserId, { call }: { call: CallId }, { kind }: { kind: string }) => said.push(`${call}: ${kind}`),
    },
    journal: {
      answered: () => {},
      ended: (call: CallId) => void said.push(`${call} is on record`),
      talkedMs: (call: CallId) => talkedMs[call],
    },
    faults: { report: (_: string, error: unknown) => faults.push(error) },
    clock,
    recall: (_: UserId, { call, leftMs }: Recall) => recalled.push([call.label.call, leftMs]),
  } as never);
});

const join = async (limits: { pat?: number; quinn?: number } = {}, ringing = false) => {
  bridges.start(olga, { first: callOf(pat, limits.pat), second: callOf(quinn, limits.quinn), ringing });
  await Promise.resolve();
};
const hungUp = () => nets.told.filter((told) => told.startsWith('hang up'));

describe('the limit of a call', () => {
  test('goes on when the user has left: both are warned 10 s before, then both end', async () => {
    talkedMs = { [pat]: 40_000 };
    await join({ pat: 60_000 });
    clock.increment(9_999);
    expect(nets.told.filter((told) => told.includes('limit'))).toEqual([]);
    clock.increment(1);
    expect(nets.told.slice(-2)).toEqual(['limit-warning to pat', 'limit-warning to quinn']);
    clock.increment(9_999);
    expect(hungUp()).toEqual([]);
    clock.increment(1);
    expect(hungUp()).toEqual(['hang up party quinn normal', 'hang up party pat normal']);
    expect(said).toContain('callTimeUp');
    expect(bridges.engaged).toBe(0);
  });

  test('of the second runs as well', async () => {
    talkedMs = { [quinn]: 1_000 };
    await join({ pat: 60_000, quinn: 31_000 });
    clock.increment(20_000);
    clock.increment(9_999);
    expect(hungUp()).toEqual([]);
    clock.increment(1);
    expect(hungUp()).toHaveLength(2);
  });

  test('that is over while the second is being called ends both', async () => {
    await join({ pat: 5_000 }, true);
    clock.increment(0);
    clock.increment(5_000);
    expect(hungUp()).toEqual(['hang up party quinn normal', 'hang up party pat normal']);
    expect(recalled).toEqual([]);
  });

  test('is not begun anew by a transfer that failed', async () => {
    talkedMs = { [pat]: 20_000 };
    await join({ pat: 60_000 }, true);
    talkedMs = { [pat]: 25_000 };
    nets.party(quinn, { type: 'party.hungUp', cause: { kind: 'busy' } });
    await Promise.resolve();
    expect(recalled).toEqual([[pat, 35_000]]);
  });
});

describe.each([pat, quinn])('nothing is heard of %s', (call) => {
  test('for 30 s: both end', async () => {
    await join();
    nets.audio(call, { type: 'media.lost' });
    clock.increment(27_999);
    expect(hungUp()).toEqual([]);
    clock.increment(1);
    expect(hungUp()).toEqual(['hang up party quinn connection-lost', 'hang up party pat connection-lost']);
  });

  test('for less than that: they talk on', async () => {
    await join();
    nets.audio(call, { type: 'media.lost' });
    clock.increment(27_999);
    nets.audio(call, { type: 'media.back' });
    clock.increment(60_000);
    expect(hungUp()).toEqual([]);
  });
});

test('who waits while the second is called may be silent, and not for ever afterwards', async () => {
  await join({}, true);
  nets.audio(pat, { type: 'media.lost' });
  clock.increment(30_000);
  expect(hungUp()).toEqual([]);
  nets.party(quinn, { type: 'party.answered' });
  clock.increment(28_000);
  expect(hungUp()).toHaveLength(2);
});

test('an end that is never confirmed is taken for one after 40 s', async () => {
  await join();
  nets.obedient = false;
  nets.party(pat, { type: 'party.hungUp', cause: { kind: 'normal' } });
  clock.increment(39_999);
  expect(bridges.engaged).toBe(1);
  clock.increment(1);
  expect(bridges.engaged).toBe(0);
  expect(said).toContain('quinn is on record');
});

test('what breaks over two parties hangs up both, and closes their records', async () => {
  nets.media.connect = () => {
    throw new Error('bug');
  };
  await join();
  expect(hungUp()).toEqual(['hang up party pat internal-fault', 'hang up party quinn internal-fault']);
  expect(said).toEqual(['pat is on record', 'pat: internal-fault', 'quinn is on record', 'quinn: internal-fault']);
  expect(faults).toHaveLength(1);
  expect(bridges.engaged).toBe(0);
});

test('a key that one of them sends by INFO is heard by the other', async () => {
  await join();
  nets.party(pat, { type: 'key.heard', digit: '5' });
  nets.party(quinn, { type: 'key.heard', digit: '#' });
  expect(nets.told).toEqual(expect.arrayContaining(['key 5 from pat', 'key # from quinn']));
});
