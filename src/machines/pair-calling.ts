import {
  backToHeld,
  changeOver,
  connectCurrent,
  isNow,
  musicToOther,
  noteCause,
  ofCurrent,
  ofOther,
  pairSetup,
  playToUser,
  showParallel,
  silenceUserLeg,
  tellCurrent,
  tellOther,
} from './pair-setup.ts';

const giveUp = { type: 'hangUp', cause: { kind: 'cancelled' } } as const;
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
        end: { guard: isNow, target: '#parallelPair.cancelling', actions: tellOther(giveUp) },
        'call.answered': {
          guard: ofOther,
          target: '#parallelPair.held.unasked',
          actions: [tellOther({ type: 'hold' }), musicToOther, playToUser('back-on-line')],
        },
      },
    },
    heard: {
      description: 'The user listens to the second, the first is held.',
      entry: [
        showParallel('listening'),
        {
          type: 'hearParty',
          params: ({ context: { voiceLeg, current } }) => ({ voiceLeg, call: current.call }),
        },
        playToUser('ringback'),
      ],
      exit: ['renew', silenceUserLeg],
      on: {
        switch: {
          guard: isNow,
          target: 'unheard',
          actions: [...changeOver, tellCurrent({ type: 'resume' }), connectCurrent],
        },
        transfer: {
          guard: isNow,
          target: '#parallelPair.joined',
          actions: [...changeOver, tellCurrent({ type: 'resume' }), reportJoined],
        },
        end: { guard: isNow, target: '#parallelPair.cancelling', actions: tellCurrent(giveUp) },
        'call.earlyMedia': { guard: ofCurrent, actions: silenceUserLeg },
        'call.answered': { guard: ofCurrent, target: '#parallelPair.held' },
        'call.ended': { guard: ofCurrent, target: '#parallelPair.failing', actions: noteCause },
      },
    },
  },
});

export const cancelling = pairSetup.createStateConfig({
  description: 'The second attempt is given up (D-28).',
  on: { 'call.ended': backToHeld },
});

export const failing = pairSetup.createStateConfig({
  description: 'The user listened to the second attempt, and hears why there is nobody; then the first is back.',
  invoke: {
    id: 'tone',
    src: 'failureTone',
    input: ({ context: { voiceLeg, cause } }) => ({ voiceLeg, cause }),
    onDone: 'returning',
  },
});
