import { beforeEach, expect, test } from 'vitest';
import { type Actor, createActor, fromCallback, fromPromise, SimulatedClock } from 'xstate';
import { type CallInput, callMachine } from '../../src/machines/call.ts';
import { CallId, LineId, UserId } from '../../src/machines/model/ids.ts';

let clock: SimulatedClock;
let call: Actor<typeof callMachine>;
let hungUp: string[];
beforeEach(() => {
  clock = new SimulatedClock();
  hungUp = [];
  const unheard = () => {};
  const input: CallInput = {
    call: CallId('call'),
    line: LineId('office'),
    user: UserId('1'),
    target: { kind: 'number', user: '200' },
    limitMs: undefined,
  };
  call = createActor(
    callMachine.provide({
      actors: { legFacts: fromCallback(() => {}), setHold: fromPromise(async () => {}) },
      actions: {
        inviteParty: unheard,
        report: unheard,
        reportEnd: unheard,
        hangUpParty: (_, { cause }) => void hungUp.push(cause.kind),
      },
    }),
    { input, clock },
  );
  call.start();
  call.send({ type: 'party.answered' });
});

const held = async () => {
  call.send({ type: 'hold' });
  await Promise.resolve();
};
const resumed = async () => {
  call.send({ type: 'resume' });
  await expect.poll(() => call.getSnapshot().matches({ established: 'resuming' })).toBe(false);
};

test('a party that is silent for 30 s in all is given up', () => {
  call.send({ type: 'media.lost' });
  clock.increment(27_999);
  expect(hungUp).toEqual([]);
  clock.increment(1);
  expect(hungUp).toEqual(['connection-lost']);
});

test('one that speaks again in time is not', () => {
  call.send({ type: 'media.lost' });
  clock.increment(27_999);
  call.send({ type: 'media.back' });
  clock.increment(60_000);
  expect(hungUp).toEqual([]);
});

// The media plane tells silence once.
test.each(['before it was held', 'while it was held'])(
  'one that fell silent %s is given up after it was taken back',
  async (when) => {
    if (when.startsWith('before')) call.send({ type: 'media.lost' });
    await held();
    if (when.startsWith('while')) call.send({ type: 'media.lost' });
    clock.increment(60_000);
    expect(hungUp, 'silence of one that is held is no loss').toEqual([]);
    await resumed();
    clock.increment(28_000);
    expect(hungUp).toEqual(['connection-lost']);
  },
);
