import type { Dial } from './model/softphone.ts';
import type { PairEvent } from './pair-setup.ts';
import { panelButtons } from './panel.ts';
import { showAway } from './reconnection.ts';
import {
  endSecond,
  letGo,
  partyAnswered,
  secondTakesOver,
  softphoneSetup,
  voiceLegGone,
} from './softphone-children.ts';
import { inHand, inSlot, type SoftphoneArgs, second } from './softphone-setup.ts';

/** On `dial` beside the call in hand. */
export const takeSecondNumber = [
  { type: 'takeSecond', params: ({ event }: { event: Dial }) => event },
  'startSecond',
  {
    type: 'logOpened',
    params: ({ context, event }: SoftphoneArgs & { event: Dial }) => ({ user: context.user, ...event }),
  },
] as const;

const tellPair = { type: 'tellPair', params: ({ event }: { event: PairEvent }) => ({ told: event }) } as const;

export const pair = softphoneSetup.createStateConfig({
  description: 'Two calls; the pair decides who is heard, and tells it.',
  invoke: {
    id: 'pair',
    src: 'parallelPair',
    input: ({ context }) => ({
      user: context.user,
      voiceLeg: inHand(context).voiceLeg,
      current: inHand(context).label,
      other: second(context).label,
    }),
  },
  exit: { type: 'unshow', params: inSlot('parallel') },
  on: {
    ...panelButtons,
    switch: { actions: tellPair },
    transfer: { actions: tellPair },
    decline: { actions: tellPair },
    end: { actions: tellPair },
    'call.ringing': { actions: tellPair },
    'call.earlyMedia': { actions: tellPair },
    'call.answered': {
      target: '.answered',
      actions: [partyAnswered, tellPair],
    },
    'call.ended': { actions: [letGo, tellPair] },
    'pair.commands': { actions: { type: 'tell', params: ({ event }) => event } },
    'pair.hears': { actions: { type: 'hold', params: ({ event }) => event } },
    'pair.single': { target: 'talking.again', actions: 'forgetSecond' },
    'pair.joined': {
      target: 'parting',
      actions: [
        {
          type: 'handOver',
          params: ({ context, event }) => ({
            user: context.user,
            joined: { first: inHand(context), second: second(context), ringing: event.ringing },
          }),
        },
        { type: 'dropCall', params: ({ context }) => inHand(context).label },
        { type: 'dropCall', params: ({ context }) => second(context).label },
      ],
    },
    dial: {
      actions: {
        type: 'say',
        params: ({ context }) => ({ user: context.user, notice: { kind: 'thirdNumber' } }),
      },
    },
    reconnect: { target: 'away.leaving', actions: [...endSecond({ kind: 'no-answer' }), showAway(false)] },
    'voiceLeg.ended': [
      {
        guard: { type: 'isLoss', params: ({ event }) => event },
        target: 'away.judging',
        actions: [...voiceLegGone, ...endSecond({ kind: 'no-answer' }), showAway(true)],
      },
      { target: 'clearing.party', actions: [...voiceLegGone, ...endSecond({ kind: 'normal' })] },
    ],
  },
  initial: 'unanswered',
  states: {
    unanswered: {
      on: {
        'pair.left': [
          { guard: 'secondWaits', target: '#softphone.withCall.ringingNext', actions: secondTakesOver },
          { target: '#softphone.withCall.dialling.again', actions: secondTakesOver },
        ],
        'voiceLeg.ended': {
          // D-32: a hung-up phone must be silent, and a caller not yet answered must not be lost.
          guard: { type: 'leavesOneWaiting', params: ({ event }) => event },
          target: '#softphone.withCall.ringing.again',
          actions: [
            'dropVoiceLeg',
            { type: 'tellCall', params: { type: 'hangUp', cause: { kind: 'normal' } } },
            ...secondTakesOver,
            'useNextVoiceLeg',
          ],
        },
      },
    },
    answered: {},
  },
});

export const parting = softphoneSetup.createStateConfig({
  description: 'The parties are joined; the user is out.',
  entry: [
    {
      type: 'say',
      params: ({ context }) => ({
        user: context.user,
        notice: {
          kind: 'transferred',
          first: inHand(context).label,
          second: second(context).label,
          ringing: false,
        },
      }),
    },
    'noteNormal',
    'hangUpVoiceLeg',
  ],
  on: {
    'voiceLeg.ended': { target: 'departed', actions: 'dropVoiceLeg' },
    'call.ended': { actions: letGo },
  },
});

export const departed = softphoneSetup.createStateConfig({ type: 'final' });
