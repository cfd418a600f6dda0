import {
  backToHeld,
  changeOver,
  currentLeaves,
  heldLeaves,
  isNow,
  ofCurrent,
  ofOther,
  pairSetup,
  playToUser,
  showParallel,
  silenceUserLeg,
  tellCurrent,
  tellOther,
} from './pair-setup.ts';

export const waiting = pairSetup.createStateConfig({
  description: 'The second party hears ringback; the user hears beeps in his talk.',
  entry: [showParallel('waiting'), playToUser('second-call')],
  exit: [silenceUserLeg, 'renew'],
  on: {
    switch: { guard: isNow, target: 'answering.toTalk', actions: [tellCurrent({ type: 'hold' }), ...changeOver] },
    transfer: { guard: isNow, target: 'answering.toJoin' },
    decline: { guard: isNow, target: 'declining' },
  },
});

export const declining = pairSetup.createStateConfig({
  entry: tellOther({ type: 'hangUp', cause: { kind: 'declined' } }),
  on: { 'call.ended': currentLeaves('ending') },
});

export const answering = pairSetup.createStateConfig({
  description: 'The second party gets its 200; its ACK is awaited.',
  initial: 'toTalk',
  states: {
    toTalk: {
      description: 'The first is held already.',
      entry: tellCurrent({ type: 'answer' }),
      on: {
        'call.answered': { guard: ofCurrent, target: '#parallelPair.held' },
        'call.ended': [backToHeld, heldLeaves('answering')],
      },
    },
    toJoin: {
      description: 'The user talks to the first until the two can be joined.',
      entry: ['reportJoins', tellOther({ type: 'answer' })],
      on: {
        'call.answered': {
          guard: ofOther,
          target: '#parallelPair.joined',
          actions: { type: 'reportJoined', params: { ringing: false } },
        },
        'call.ended': currentLeaves('answering'),
      },
    },
  },
});
