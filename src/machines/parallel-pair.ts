import { calling, cancelling } from './pair-calling.ts';
import { early } from './pair-early.ts';
import { endingCurrent, held } from './pair-held.ts';
import { currentLeaves, otherLeaves, pairSetup } from './pair-setup.ts';
import { answering, declining, waiting } from './pair-waiting.ts';

/** A user's current and second call, with Transfer, Switch, Decline and End (product §9). */
export const parallelPairMachine = pairSetup.createMachine({
  id: 'parallelPair',
  context: ({ input }) => ({ ...input, second: input.other.call, version: 1 }),
  initial: 'fresh',
  on: {
    // The rule; states in which the one that is left stands otherwise say so.
    'call.ended': [otherLeaves('heard'), currentLeaves('waiting')],
    'call.earlyMedia': { actions: 'noteAnnouncement' },
  },
  states: {
    fresh: {
      always: [
        { guard: 'isEarly', target: 'early' },
        { guard: 'isIncoming', target: 'waiting' },
        { target: 'calling' },
      ],
    },
    early,
    waiting,
    declining,
    answering,
    calling,
    cancelling,
    held,
    endingCurrent,
    over: { type: 'final', description: 'One of the two is over.' },
    joined: { type: 'final' },
  },
});
