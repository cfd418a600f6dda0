import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId } from './model/ids.ts';
import type { Dial } from './model/softphone.ts';
import type { PairEvent, Standing } from './pair-setup.ts';
import { hidePanel, panelButtons, showPanel } from './panel.ts';
import { lossOpensWindow, showAway, takeBack } from './reconnection-ends.ts';
import { endSecond, letGo, partyAnswered, secondRemains, softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { inHand, inSlot, legs, type SoftphoneArgs, second, showStatus, silenceUserLeg } from './softphone-context.ts';

/** On `dial` beside the call in hand. */
export const takeSecondNumber = [
  { type: 'takeSecond', params: ({ event }: { event: Dial }) => event },
  'startSecond',
  'startSecondRecording',
  {
    type: 'logOpened',
    params: ({ context, event }: SoftphoneArgs & { event: Dial }) => ({ user: context.user, ...event }),
  },
] as const;

const tellPair = { type: 'tellPair', params: ({ event }: { event: PairEvent }) => ({ told: event }) } as const;
const stands = (as: Standing) =>
  ({ type: 'stands', params: ({ event }: { event: { standing: Standing } }) => ({ ...event, as }) }) as const;
const ofEvent = ({ event }: { event: { cause: HangupCause } }) => event;
const keepOnly = { type: 'keepOnly', params: ({ event }: { event: { survivor: CallId } }) => event } as const;
/** The party who is left is still being called. */
const listenToIt = [
  keepOnly,
  { type: 'hearParty', params: legs },
  showStatus({ kind: 'dialled' }),
  ...showPanel,
] as const;
/** The two parties are on their own. */
const handBothOver = (ringing: boolean) =>
  [
    {
      type: 'say',
      params: ({ context }: SoftphoneArgs) => ({
        user: context.user,
        notice: {
          kind: 'transferred' as const,
          first: inHand(context).label,
          second: second(context).label,
          ringing,
        },
      }),
    },
    {
      type: 'handOver',
      params: ({ context }: SoftphoneArgs) => ({
        user: context.user,
        joined: { first: inHand(context), second: second(context), ringing },
      }),
    },
    { type: 'dropCall', params: ({ context }: SoftphoneArgs) => inHand(context).label },
    { type: 'dropCall', params: ({ context }: SoftphoneArgs) => second(context).label },
  ] as const;

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
    'call.answered': { actions: [partyAnswered, tellPair] },
    'call.ended': { actions: [letGo, tellPair] },
    'pair.commands': { actions: { type: 'tell', params: ({ event }) => event } },
    'pair.hears': { actions: ['pauseRecording', { type: 'hold', params: ({ event }) => event }] },
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
  initial: 'judging',
  states: {
    judging: { always: [{ guard: 'secondWaits', target: 'waiting' }, { target: 'both' }] },
    waiting: {
      description: 'The second has not been answered.',
      on: {
        'voiceLeg.ended': {
          // D-32: a hung-up phone must be silent, and a caller not yet answered must not be lost.
          guard: { type: 'isHangUp', params: ({ event }) => event },
          target: '#softphone.withCall.ringing.again',
          actions: [...voiceLegGone, ...secondRemains, 'useNextVoiceLeg'],
        },
        'pair.joins': 'joining',
        'pair.commands': { target: 'both', actions: { type: 'tell', params: ({ event }) => event } },
      },
    },
    both: { description: 'Both are the user’s: they end when he hangs up.' },
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

export const explaining = softphoneSetup.createStateConfig({
  description: 'The user listened to a second party that is not there, and hears why; then he is with the first again.',
  entry: showPanel,
  invoke: {
    id: 'tone',
    src: 'failureTone',
    input: ({ context }) => ({ voiceLeg: inHand(context).voiceLeg, cause: context.cause }),
    onDone: { target: 'talking', actions: { type: 'tellCall', params: { type: 'resume' } } },
  },
  exit: ['noteNormal', silenceUserLeg],
  on: {
    ...panelButtons,
    reconnect: { target: 'away.leaving', actions: showAway(false) },
    'voiceLeg.ended': lossOpensWindow,
  },
});

export const parting = softphoneSetup.createStateConfig({
  description: 'The parties are joined; the user is out.',
  entry: [...hidePanel, 'noteNormal', 'hangUpVoiceLeg'],
  on: {
    'voiceLeg.ended': { target: 'departed', actions: 'dropVoiceLeg' },
    recalled: { target: 'away.leaving', actions: [...takeBack, 'startRecording'] },
    shutdown: {},
  },
});

export const departed = softphoneSetup.createStateConfig({ type: 'final' });
