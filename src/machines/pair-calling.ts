import {
  backToHeld,
  cancelled,
  changeOver,
  connectCurrent,
  currentLeaves,
  hearCurrent,
  heldLeaves,
  isNow,
  musicToOther,
  ofCurrent,
  ofOther,
  pairSetup,
  playToUser,
  showParallel,
  silenceUserLeg,
  tellCurrent,
  tellOther,
} from './pair-setup.ts';

const reportJoined = { type: 'reportJoined', params: { ringing: true } } as const;

export const calling = pairSetup.createStateConfig({
  description: 'The second party is being called.',
  initial: 'unheard',
  states: {
    unheard: {
      description: 'The user talks to the first (D-27).',
      entry: showParallel('ringing'),
      exit: 'renew',
      on: {
        switch: {
          guard: isNow,
          target: 'heard',
          actions: [tellCurrent({ type: 'hold' }), ...changeOver, musicToOther],
        },
        transfer: { guard: isNow, target: '#parallelPair.joined', actions: reportJoined },
        end: { guard: isNow, target: '#parallelPair.cancelling.unheard' },
        giveUp: { guard: ofOther, target: '#parallelPair.cancelling.unheard' },
        'call.answered': {
          guard: ofOther,
          target: '#parallelPair.held.unasked',
          actions: [tellOther({ type: 'hold' }), musicToOther, playToUser('back-on-line')],
        },
        'call.ended': currentLeaves('called'),
      },
    },
    heard: {
      description: 'The user listens to the second, the first is held.',
      entry: [showParallel('listening'), 'reportListens', hearCurrent],
      exit: ['renew', silenceUserLeg],
      on: {
        switch: {
          guard: isNow,
          target: 'unheard',
          actions: [...changeOver, tellCurrent({ type: 'resume' }), ...connectCurrent],
        },
        transfer: {
          guard: isNow,
          target: '#parallelPair.joined',
          actions: [...changeOver, tellCurrent({ type: 'resume' }), reportJoined],
        },
        end: { guard: isNow, target: '#parallelPair.cancelling.heard' },
        giveUp: { guard: ofCurrent, target: '#parallelPair.cancelling.heard' },
        'call.answered': { guard: ofCurrent, target: '#parallelPair.held' },
        // The user hears why it is not there before he is with the first again.
        'call.ended': [currentLeaves('held'), heldLeaves('called')],
      },
      initial: 'judging',
      states: {
        judging: { always: [{ guard: 'announces', target: 'announced' }, { target: 'ringing' }] },
        ringing: {
          entry: playToUser('ringback'),
          on: { 'call.earlyMedia': { guard: ofCurrent, target: 'announced', actions: 'noteAnnouncement' } },
        },
        announced: {
          description: 'The party’s side speaks for itself.',
          entry: silenceUserLeg,
        },
      },
    },
  },
});

export const cancelling = pairSetup.createStateConfig({
  description: 'The second attempt is given up (D-28).',
  initial: 'unheard',
  states: {
    unheard: { entry: tellOther(cancelled), on: { 'call.ended': currentLeaves('ending') } },
    heard: { entry: ['reportEnds', tellCurrent(cancelled)], on: { 'call.ended': [backToHeld, heldLeaves('ending')] } },
  },
});
