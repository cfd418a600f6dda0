import { noteAnnounced, partyAnswered } from './answered.ts';
import { nextCaller, takeSecondCaller } from './incoming-call.ts';
import { hidePanel, panelButtons, showPanel } from './panel.ts';
import { callGone, softphoneSetup } from './softphone-children.ts';
import { inHand, legs, playToUser, showDialled, silenceUserLeg } from './softphone-context.ts';

const speaks = { target: 'announced', actions: noteAnnounced } as const;

export const dialling = softphoneSetup.createStateConfig({
  description: 'The user listens while the party is called: tones, announcements and keys work already.',
  initial: 'begun',
  states: {
    begun: {
      entry: ['startCall', ...showDialled, ...showPanel],
      on: { 'call.ringing': 'ringing', 'call.earlyMedia': speaks },
    },
    ringing: {
      entry: playToUser('ringback'),
      on: { 'call.earlyMedia': speaks },
    },
    announced: {
      description: 'The party’s side speaks for itself: a late 180 brings no ringback over it.',
      entry: [silenceUserLeg, { type: 'hearParty', params: legs }],
    },
  },
  on: {
    ...panelButtons,
    'party.called': { guard: 'roomForSecond', target: 'pair', actions: takeSecondCaller },
    'call.answered': {
      guard: { type: 'isOfHand', params: ({ event }) => event },
      target: 'talking',
      actions: partyAnswered,
    },
    'call.ended': {
      guard: { type: 'isOfHand', params: ({ event }) => event },
      target: 'failing',
      actions: callGone,
    },
    giveUp: {
      guard: { type: 'isOfHand', params: ({ event }) => event },
      target: 'clearing.both',
      actions: { type: 'note', params: { cause: { kind: 'cancelled' } } },
    },
  },
});

export const failing = softphoneSetup.createStateConfig({
  description: 'The user hears why there is nobody.',
  entry: hidePanel,
  invoke: {
    id: 'tone',
    src: 'failureTone',
    input: ({ context }) => ({ voiceLeg: inHand(context).voiceLeg, cause: context.cause }),
    onDone: 'clearing.user',
  },
  on: {
    'voiceLeg.ended': { target: 'cleared', actions: 'dropVoiceLeg' },
    'party.called': { target: 'ringingNext', actions: [...nextCaller, 'startCall'] },
    giveUp: { guard: { type: 'isOfHand', params: ({ event }) => event }, target: 'clearing.user' },
    shutdown: 'clearing.user',
  },
});
