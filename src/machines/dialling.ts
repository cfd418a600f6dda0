import { panelButtons, showPanel } from './panel.ts';
import { callGone, partyAnswered, softphoneSetup } from './softphone-children.ts';
import { inHand, legs, playToUser, showLabelled, silenceUserLeg } from './softphone-setup.ts';

export const dialling = softphoneSetup.createStateConfig({
  description: 'The user listens while the party is called: tones, announcements and keys work already.',
  initial: 'begun',
  states: {
    begun: {
      entry: ['startCall', showLabelled('status', 'dialled'), showPanel],
      on: { 'call.ringing': 'ringing', 'call.earlyMedia': 'announced' },
    },
    again: {
      description: 'The user was talking when it was dialled, and his party left him with it.',
      entry: { type: 'hearParty', params: legs },
    },
    ringing: {
      entry: playToUser('ringback'),
      on: { 'call.earlyMedia': 'announced' },
    },
    announced: {
      description: 'The party’s side speaks for itself: a late 180 brings no ringback over it.',
      entry: [silenceUserLeg, { type: 'hearParty', params: legs }],
    },
  },
  on: {
    ...panelButtons,
    'call.answered': { target: 'talking', actions: partyAnswered },
    'call.ended': {
      guard: { type: 'isOfHand', params: ({ event }) => event },
      target: 'failing',
      actions: callGone,
    },
    giveUp: { target: 'clearing.both', actions: { type: 'note', params: { cause: { kind: 'cancelled' } } } },
  },
});

export const failing = softphoneSetup.createStateConfig({
  description: 'The user hears why there is nobody.',
  invoke: {
    id: 'tone',
    src: 'failureTone',
    input: ({ context }) => ({ voiceLeg: inHand(context).voiceLeg, cause: context.cause }),
    onDone: 'clearing.user',
  },
  on: { 'voiceLeg.ended': { target: 'cleared', actions: 'dropVoiceLeg' }, shutdown: 'clearing.user' },
});
