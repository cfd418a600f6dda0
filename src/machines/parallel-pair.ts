import { calling, cancelling, failing } from './pair-calling.ts';
import { endingCurrent, held } from './pair-held.ts';
import { changeOver, connectCurrent, noteCause, ofCurrent, ofOther, pairSetup, tellCurrent } from './pair-setup.ts';
import { answering, declining, waiting } from './pair-waiting.ts';

/** A user's current and second call, with Transfer, Switch, Decline and End (product §9). */
export const parallelPairMachine = pairSetup.createMachine({
  id: 'parallelPair',
  context: ({ input }) => ({ ...input, second: input.other.call, version: 1, cause: { kind: 'normal' } }),
  initial: 'fresh',
  on: {
    // The rule. Where the other one is held, the user goes back to it instead of being left with nobody.
    'call.ended': [
      { guard: ofOther, target: '.single', actions: noteCause },
      { guard: ofCurrent, target: '.left' },
    ],
  },
  states: {
    fresh: { always: [{ guard: 'isIncoming', target: 'waiting' }, { target: 'calling' }] },
    waiting,
    declining,
    answering,
    calling,
    cancelling,
    failing,
    held,
    endingCurrent,
    returning: {
      description: 'The held party is the only one now.',
      entry: [...changeOver, tellCurrent({ type: 'resume' }), connectCurrent],
      always: 'single',
    },
    single: {
      type: 'final',
      entry: [
        {
          type: 'conclude',
          params: ({ context: { user, other, cause } }) => ({ user, label: other, cause }),
        },
        'reportSingle',
      ],
    },
    left: { type: 'final', entry: 'reportLeft' },
    joined: { type: 'final' },
  },
});
