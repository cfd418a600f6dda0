import { expect, test } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { CallId, EpochMs, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { PairEvent } from '../../src/machines/pair-setup.ts';
import { parallelPairMachine } from '../../src/machines/parallel-pair.ts';

/** A pair of its own: nobody hears its reports. */
const unheard = () => {};
const pair = parallelPairMachine.provide({
  actions: {
    command: unheard,
    reportHears: unheard,
    reportSingle: unheard,
    reportLeft: unheard,
    reportJoined: unheard,
  },
});
const label = (call: string, direction: 'incoming' | 'outgoing') => ({
  call: CallId(call),
  direction,
  number: '200',
  lineName: 'Office',
  startedAt: EpochMs(0),
});
const after = (direction: 'incoming' | 'outgoing', ...events: PairEvent[]) => {
  const input = {
    user: UserId('1'),
    voiceLeg: VoiceLegId('leg'),
    current: label('first', 'outgoing'),
    other: label('second', direction),
  };
  const [fresh] = initialTransition(pair, input);
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
  expect(after('incoming', ends('second')).value).toBe('single');
  expect(after('incoming', ends('first')).value).toBe('left');
  expect(after('outgoing', ends('first')).value).toBe('left');
});

test('the end of the one he hears brings the user back to the held one', () => {
  const { value, context } = after('outgoing', answers('second'), { type: 'switch', version: 2 }, ends('second'));
  expect(value).toBe('single');
  expect(context.current.call).toBe('first');
});
