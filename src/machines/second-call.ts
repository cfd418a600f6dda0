import { noteAnnounced, partyAnswered } from './answered.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId } from './model/ids.ts';
import type { PairEvent, Standing } from './pair-events.ts';
import { hidePanel, movesTalk, panelButtons, showPanel } from './panel.ts';
import { handBothOver } from './parting.ts';
import { showAway } from './reconnection-ends.ts';
import { endSecond, letGo, secondRemains, softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { inHand, inSlot, isEarly, legs, second, showDialled } from './softphone-context.ts';

const tellPair = { type: 'tellPair', params: ({ event }: { event: PairEvent }) => ({ told: event }) } as const;
const stands = (as: Standing) =>
  ({ type: 'stands', params: ({ event }: { event: { standing: Standing } }) => ({ ...event, as }) }) as const;
const ofEvent = ({ event }: { event: { cause: HangupCause } }) => event;
const keepOnly = { type: 'keepOnly', params: ({ event }: { event: { survivor: CallId } }) => event } as const;
/** The party who is left is still being called. */
const listenToIt = [keepOnly, { type: 'hearParty', params: legs }, ...showDialled, ...showPanel] as const;
/** The user is with another one of the two. */
const hears = [
  'pauseRecording',
  { type: 'takeInHand', params: ({ event }: { event: { call: CallId } }) => event },
] as const;
/** The user has left the one in hand, and is rung for the other. */
const ringForSecond = {
  target: '#softphone.withCall.ringing.again',
  actions: [...voiceLegGone, ...secondRemains, 'useNextVoiceLeg'],
} as const;
/** A window is for the one he hears; the other is dropped (product §10). */
const lossDropsSecond = {
  guard: { type: 'isLoss', params: ofEvent },
  target: '#softphone.withCall.away.judging',
  actions: [...voiceLegGone, ...endSecond({ kind: 'no-answer' }), showAway(true)],
} as const;
/** It is for the one he talked to, while he only hears the other being called. */
const lossDropsEarly = {
  guard: { type: 'losesEarly', params: ofEvent },
  target: '#softphone.withCall.away.judging',
  actions: [
    { type: 'note', params: { cause: { kind: 'no-answer' } } },
    ...secondRemains,
    ...voiceLegGone,
    showAway(true),
  ],
} as const;

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
      early: isEarly(context, inHand(context)),
      announces: context.progress[inHand(context).label.call] === 'announced',
    }),
  },
  exit: { type: 'unshow', params: inSlot('parallel') },
  on: {
    ...panelButtons,
    switch: { actions: tellPair },
    transfer: { actions: tellPair },
    decline: { actions: tellPair },
    end: { actions: tellPair },
    giveUp: { actions: tellPair },
    'call.ringing': { actions: tellPair },
    'call.earlyMedia': { actions: [noteAnnounced, tellPair] },
    'call.answered': { actions: [...partyAnswered, tellPair] },
    'call.ended': { actions: [letGo, tellPair] },
    'pair.commands': { actions: { type: 'tell', params: ({ event }) => event } },
    'pair.hears': { actions: hears },
    'pair.listens': { actions: showPanel },
    'pair.connects': [
      { guard: 'panelIsOfAnother', actions: ['resumeRecording', ...showPanel] },
      { actions: 'resumeRecording' },
    ],
    'pair.left': [
      { guard: stands('held'), target: 'explaining', actions: [keepOnly, { type: 'note', params: ofEvent }] },
      { guard: stands('waiting'), target: 'ringingNext', actions: keepOnly },
      { guard: stands('answering'), target: 'answering', actions: [keepOnly, ...hidePanel] },
      { guard: stands('called'), target: 'dialling.ringing', actions: listenToIt },
      { guard: stands('announced'), target: 'dialling.announced', actions: listenToIt },
      { guard: stands('ending'), target: 'clearing.both', actions: [keepOnly, { type: 'note', params: ofEvent }] },
      { target: 'talking.again', actions: keepOnly },
    ],
    'pair.joined': [
      { guard: { type: 'isRinging', params: ({ event }) => event }, target: 'parting', actions: handBothOver(true) },
      { target: 'parting', actions: handBothOver(false) },
    ],
    dial: {
      actions: {
        type: 'say',
        params: ({ context }) => ({ user: context.user, notice: { kind: 'thirdNumber' } }),
      },
    },
    reconnect: {
      guard: movesTalk,
      target: 'away.leaving',
      actions: [...endSecond({ kind: 'no-answer' }), showAway(false)],
    },
    'voiceLeg.ended': [
      lossDropsEarly,
      lossDropsSecond,
      { target: 'clearing.party', actions: [...voiceLegGone, ...endSecond({ kind: 'normal' })] },
    ],
  },
  initial: 'judging',
  states: {
    judging: {
      always: [
        { guard: 'handIsEarly', target: 'early' },
        { guard: 'secondWaits', target: 'waiting' },
        { target: 'both' },
      ],
    },
    early: {
      description:
        'Neither has been answered. When the user leaves, or gives up his number, the caller rings him (D-32).',
      on: {
        'voiceLeg.ended': ringForSecond,
        giveUp: {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: '#softphone.withCall.ringingNext',
          actions: [{ type: 'note', params: { cause: { kind: 'cancelled' } } }, ...secondRemains],
        },
        'call.answered': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: 'waiting',
          actions: [...partyAnswered, tellPair],
        },
        'pair.hears': { target: 'both', actions: hears },
        'pair.joins': 'joiningEarly',
        // It is declined.
        'pair.commands': {
          guard: { type: 'isOfSecond', params: ({ event }) => event },
          target: 'both',
          actions: { type: 'tell', params: ({ event }) => event },
        },
      },
    },
    waiting: {
      description: 'The second has not been answered.',
      on: {
        // D-32: a hung-up phone must be silent, and a caller not yet answered must not be lost.
        'voiceLeg.ended': [lossDropsSecond, ringForSecond],
        'pair.joins': 'joining',
        'pair.commands': { target: 'both', actions: { type: 'tell', params: ({ event }) => event } },
      },
    },
    both: {
      description: 'Both are the user’s: they end when he hangs up.',
      on: { 'pair.ends': 'ending' },
    },
    ending: {
      description: 'The one he hears is being ended: a window is for the other.',
      on: {
        reconnect: {
          guard: movesTalk,
          target: '#softphone.withCall.away.leaving',
          actions: [...secondRemains, showAway(false)],
        },
        'voiceLeg.ended': {
          guard: { type: 'isLoss', params: ofEvent },
          target: '#softphone.withCall.away.judging',
          actions: [...secondRemains, ...voiceLegGone, showAway(true)],
        },
      },
    },
    joiningEarly: {
      description: 'The same while the first is still being called.',
      on: {
        'voiceLeg.ended': {
          target: '#softphone.withCall.departed',
          actions: [
            'dropVoiceLeg',
            { type: 'takeInHand', params: ({ context }) => second(context).label },
            ...handBothOver(true),
          ],
        },
        'call.answered': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: 'joining',
          actions: [...partyAnswered, tellPair],
        },
      },
    },
    joining: {
      description: 'The user is on his way out: that he hangs up makes no difference.',
      on: {
        'voiceLeg.ended': {
          target: '#softphone.withCall.departed',
          actions: ['dropVoiceLeg', ...handBothOver(false)],
        },
      },
    },
  },
});
