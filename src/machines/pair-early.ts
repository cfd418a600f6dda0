import {
  cancelled,
  changeOver,
  connectCurrent,
  currentLeaves,
  hearCurrent,
  isNow,
  ofCurrent,
  ofOther,
  otherLeaves,
  pairSetup,
  playToUser,
  showParallel,
  silenceUserLeg,
  tellCurrent,
  tellOther,
} from './pair-setup.ts';

/** The first has answered meanwhile: it goes on as if the second had come only then. */
const firstAnswers = (target: string) => ({ guard: ofCurrent, target, actions: connectCurrent }) as const;
const cancelsFirst = { giveUp: { guard: ofCurrent, actions: tellCurrent(cancelled) } } as const;

export const early = pairSetup.createStateConfig({
  description: 'A party calls while the first is still being called; nobody talks yet.',
  on: {
    'call.earlyMedia': { guard: ofCurrent, actions: ['noteAnnouncement', hearCurrent] },
    'call.ended': otherLeaves('called'),
  },
  initial: 'waiting',
  states: {
    waiting: {
      description: 'Our ringback gives way to the beeps; an announcement is heard beneath them.',
      entry: [showParallel('early'), playToUser('second-call')],
      exit: silenceUserLeg,
      on: {
        switch: { guard: isNow, target: 'toTalk', actions: ['renew', ...changeOver] },
        transfer: { guard: isNow, target: 'toJoin', actions: 'renew' },
        decline: { guard: isNow, target: 'declining', actions: 'renew' },
        'call.answered': firstAnswers('#parallelPair.waiting'),
      },
    },
    toTalk: {
      description: 'The second gets its 200; from its ACK on the first is the one that is being called beside a talk.',
      entry: tellCurrent({ type: 'answer' }),
      on: {
        giveUp: { guard: ofOther, actions: tellOther(cancelled) },
        'call.answered': [
          { guard: ofCurrent, target: '#parallelPair.calling.unheard', actions: connectCurrent },
          { guard: ofOther, target: '#parallelPair.answering.toTalk', actions: tellOther({ type: 'hold' }) },
        ],
        'call.ended': [currentLeaves('called'), otherLeaves('answering')],
      },
    },
    toJoin: {
      description: 'As soon as the second is there it waits for the first in the place of the user.',
      entry: ['reportJoins', tellOther({ type: 'answer' })],
      on: {
        ...cancelsFirst,
        'call.answered': [
          {
            guard: ofOther,
            target: '#parallelPair.joined',
            actions: [...changeOver, { type: 'reportJoined', params: { ringing: true } }],
          },
          firstAnswers('#parallelPair.answering.toJoin'),
        ],
        'call.ended': [currentLeaves('answering'), otherLeaves('called')],
      },
    },
    declining: {
      entry: tellOther({ type: 'hangUp', cause: { kind: 'declined' } }),
      on: {
        ...cancelsFirst,
        'call.answered': firstAnswers('#parallelPair.declining'),
        'call.ended': [currentLeaves('ending'), otherLeaves('called')],
      },
    },
  },
});
