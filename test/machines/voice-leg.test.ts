import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, SimulatedClock } from 'xstate';
import type { HangupCause } from '../../src/machines/model/hangup-cause.ts';
import { UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { voiceLegMachine } from '../../src/machines/voice-leg.ts';

/** The media plane speaks up after the first two of ten seconds. */
const lossDetectionMs = 8000;

/** A leg that rings the user, or that he opened; `ends`: why we hung up. */
const open = (direction: 'incoming' | 'outgoing') => {
  const ends: HangupCause[] = [];
  const clock = new SimulatedClock();
  const machine = voiceLegMachine.provide({
    actors: { legFacts: fromCallback(() => {}) },
    actions: {
      ringUser: () => {},
      answerUser: () => {},
      report: () => {},
      hangUpUser: (_, { cause }) => void ends.push(cause),
    },
  });
  const input = { leg: VoiceLegId('leg'), user: UserId('1'), direction, ringMs: undefined };
  const actor = createActor(machine, { input, clock });
  actor.start();
  const told = (...types: ('user.answered' | 'user.connected' | 'media.lost' | 'media.back')[]) => {
    for (const type of types) actor.send({ type });
  };
  return { ends, clock, told };
};

const silences = [
  ['before the answer', ['media.lost', 'user.answered', 'user.connected']],
  ['between answer and connection', ['user.answered', 'media.lost', 'user.connected']],
  ['in mid talk', ['user.answered', 'user.connected', 'media.lost']],
] as const;

describe.each(['incoming', 'outgoing'] as const)('on an %s leg', (direction) => {
  test.each(silences)('silence that began %s is a lost connection 8 s after', (_, facts) => {
    const { ends, clock, told } = open(direction);
    told(...facts);
    clock.increment(lossDetectionMs - 1);
    expect(ends).toEqual([]);
    clock.increment(1);
    expect(ends).toEqual([{ kind: 'connection-lost' }]);
  });

  test.each(silences)('silence that began %s is forgotten when media is back in time', (_, facts) => {
    const { ends, clock, told } = open(direction);
    told(...facts);
    clock.increment(lossDetectionMs - 1);
    told('media.back');
    clock.increment(10 * lossDetectionMs);
    expect(ends).toEqual([]);
  });

  test.each([
    ['before the answer', ['media.lost', 'media.back', 'user.answered', 'user.connected']],
    ['before the connection', ['media.lost', 'user.answered', 'media.back', 'user.connected']],
  ] as const)('silence that was over %s is none', (_, facts) => {
    const { ends, clock, told } = open(direction);
    told(...facts);
    clock.increment(10 * lossDetectionMs);
    expect(ends).toEqual([]);
  });
});

test('a second silence has its own 8 s', () => {
  const { ends, clock, told } = open('outgoing');
  told('user.answered', 'media.lost', 'user.connected');
  clock.increment(lossDetectionMs - 1);
  told('media.back', 'media.lost');
  clock.increment(lossDetectionMs - 1);
  expect(ends).toEqual([]);
  clock.increment(1);
  expect(ends).toEqual([{ kind: 'connection-lost' }]);
});
