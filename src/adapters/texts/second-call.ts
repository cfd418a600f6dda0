import type { Action } from '../../machines/model/actions.ts';
import type { ParallelState, SecondCallNotice } from '../../machines/model/second-call-notices.ts';
import { whyNotReached } from './outcome.ts';
import { button, type Rendering } from './rendering.ts';
import { party } from './words.ts';

/** Product §9. */
export const secondCall: Rendering<SecondCallNotice> = {
  parallel: ({ state, current, other, version }, phrase) => ({
    text: phrase(`parallel-${state}`, { current: party(current, phrase), other: party(other, phrase) }),
    buttons: [parallelButtons[state].map((kind) => button(phrase(`button-${kind}`), { kind, version }))],
  }),
  heldHungUp: ({ held, current }, phrase) => ({
    text: phrase('held-hung-up', { held: party(held, phrase), current: party(current, phrase) }),
  }),
  transferred: ({ first, second, ringing }, phrase) => ({
    text: phrase(ringing ? 'transferred-ringing' : 'transferred', {
      first: party(first, phrase),
      second: party(second, phrase),
    }),
  }),
  transferFailed: ({ first, second, cause, then }, phrase) => ({
    text: phrase(`transfer-failed-${then}`, {
      first: party(first, phrase),
      second: party(second, phrase),
      why: whyNotReached(cause, phrase),
    }),
  }),
  heldByParty: ({ label }, phrase) => ({ text: phrase('held-by-party', { party: party(label, phrase) }) }),
  takenBack: ({ label }, phrase) => ({ text: phrase('taken-back', { party: party(label, phrase) }) }),
  thirdNumber: (_, phrase) => ({ text: phrase('third-number') }),
};

type ParallelAction = Extract<Action, { version: number }>['kind'] | 'end';

/** What can be pressed, from left to right. An outgoing call is not declined, a waiting one not ended (D-28, D-29). */
const parallelButtons: Readonly<Record<ParallelState, readonly ParallelAction[]>> = {
  waiting: ['transfer', 'switch', 'decline'],
  early: ['transfer', 'switch', 'decline'],
  ringing: ['transfer', 'switch', 'end'],
  listening: ['transfer', 'switch', 'end'],
  answered: ['switch', 'transfer', 'end'],
  held: ['switch', 'transfer', 'end'],
};
