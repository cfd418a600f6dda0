import { expect, test } from 'vitest';
import { createActor, initialTransition, transition } from 'xstate';
import { CallId, EpochMs, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { PairEvent } from '../../src/machines/pair-events.ts';
import { parallelPairMachine } from '../../src/machines/parallel-pair.ts';

/** A pair of its own: nobody hears its reports. */
const unheard = () => {};
const pair = parallelPairMachine.provide({
  actions: {
    command: unheard,
    reportHears: unheard,
    reportConnects: unheard,
    reportListens: unheard,
    reportJoins: unheard,
    reportLeft: (_, { survivor, standing }) => void (told = { survivor, standing }),
    reportJoined: unheard,
    show: unheard,
    say: unheard,
    conclude: unheard,
    playTone: unheard,
    stopTone: unheard,
    playMusic: unheard,
    connect: unheard,
    hearParty: unheard,
  },
});
let told: unknown;
/** How the one that is left stands when these events have come. */
const left = (direction: 'incoming' | 'outgoing', ...events: PairEvent[]) => {
  const actor = createActor(pair, { input: inputOf(direction) });
  actor.start();
  for (const event of events) actor.send(event);
  return told;
};
const label = (call: string, direction: 'incoming' | 'outgoing') => ({
  call: CallId(call),
  direction,
  number: '200',
  lineName: 'Office',
  startedAt: EpochMs(0),
});
const inputOf = (direction: 'incoming' | 'outgoing') => ({
  user: UserId('1'),
  voiceLeg: VoiceLegId('leg'),
  current: label('first', 'outgoing'),
  other: label('second', direction),
  early: false,
  announces: false,
});
const after = (direction: 'incoming' | 'outgoing', ...events: PairEvent[]) => {
  const [fresh] = initialTransition(pair, inputOf(direction));
  return events.reduce((snapshot, event) => transition(pair, snapshot, event)[0], fresh);
};
const ends = (call: string): PairEvent => ({ type: 'call.ended', call: CallId(call), cause: { kind: 'normal' } });
const answers = (call: string): PairEvent => ({ type: 'call.answered', call: CallId(call) });

test('the late end of a call that was dropped before is the end of neither of the two', () => {
  expect(after('incoming', ends('dropped')).value).toBe('waiting');
  expect(after('outgoing', ends('dropped')).value).toEqual({ calling: 'unheard' });
  expect(after('outgoing', answers('second'), ends('dropped')).value).toEqual({ held: 'unasked' });
});

test('the end of the second leaves the user with the first, the end of the first with an unanswered second', () => {
  expect(left('incoming', ends('second'))).toEqual({ survivor: 'first', standing: 'heard' });
  expect(left('incoming', ends('first'))).toEqual({ survivor: 'second', standing: 'waiting' });
  expect(left('outgoing', ends('first'))).toEqual({ survivor: 'second', standing: 'called' });
});

test('the end of the one he hears brings the user back to the held one', () => {
  const switched = { type: 'switch', version: 2 } as const;
  expect(left('outgoing', answers('second'), switched, ends('second'))).toEqual({
    survivor: 'first',
    standing: 'heard',
  });
});

test('a party that was heard while it was called is left as one that is heard', () => {
  const announces: PairEvent = { type: 'call.earlyMedia', call: CallId('second') };
  expect(left('outgoing', announces, ends('first'))).toEqual({ survivor: 'second', standing: 'announced' });
  const switched = { type: 'switch', version: 1 } as const;
  expect(left('outgoing', announces, switched, ends('first'))).toEqual({ survivor: 'second', standing: 'announced' });
});
