import {
  backToHeld,
  changeOver,
  connectCurrent,
  heldLeaves,
  isNow,
  musicToOther,
  pairSetup,
  playToUser,
  showParallel,
  tellCurrent,
  tellOther,
} from './pair-setup.ts';

export const held = pairSetup.createStateConfig({
  description: 'Both have answered: one is heard, the other hears music.',
  exit: 'renew',
  initial: 'asked',
  states: {
    asked: {
      description: 'The user switched to the one he hears.',
      entry: [showParallel('held'), ...connectCurrent, musicToOther],
    },
    unasked: {
      description: 'The second party answered before the user switched to it (D-52).',
      entry: showParallel('answered'),
    },
  },
  on: {
    switch: {
      guard: isNow,
      target: '.asked',
      actions: [tellCurrent({ type: 'hold' }), ...changeOver, 'renew', tellCurrent({ type: 'resume' })],
    },
    transfer: {
      guard: isNow,
      target: 'joined',
      actions: [tellOther({ type: 'resume' }), { type: 'reportJoined', params: { ringing: false } }],
    },
    end: { guard: isNow, target: 'endingCurrent' },
    'call.ended': [
      // By itself, not by our `End`: the user is told by a tone that it is another party he hears (D-31).
      { ...backToHeld, actions: [playToUser('back-on-line'), ...backToHeld.actions] },
      heldLeaves('heard'),
    ],
  },
});

export const endingCurrent = pairSetup.createStateConfig({
  entry: ['reportEnds', tellCurrent({ type: 'hangUp', cause: { kind: 'normal' } })],
  on: { 'call.ended': [backToHeld, heldLeaves('ending')] },
});
