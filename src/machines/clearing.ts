import { nextCaller } from './incoming-call.ts';
import { hidePanel } from './panel.ts';
import { declineExpected, letGo, softphoneSetup } from './softphone-children.ts';
import { inHand } from './softphone-context.ts';

/** A caller of now does not wait for the end of what is over. */
const ringsNext = {
  target: '#softphone.withCall.ringingNext',
  actions: [...nextCaller, 'startCall'],
} as const;

export const clearing = softphoneSetup.createStateConfig({
  description: 'What remains is told to end; each end is awaited.',
  entry: [...declineExpected, 'finishRecording', ...hidePanel],
  on: { shutdown: {} },
  initial: 'both',
  states: {
    both: {
      entry: ['hangUpCall', 'hangUpVoiceLeg'],
      on: {
        'voiceLeg.ended': { target: 'party', actions: 'dropVoiceLeg' },
        'party.called': ringsNext,
        'call.ended': { guard: { type: 'isOfHand', params: ({ event }) => event }, target: 'user', actions: letGo },
      },
    },
    party: {
      entry: 'hangUpCall',
      on: {
        'call.ended': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: '#softphone.withCall.cleared',
          actions: letGo,
        },
        'party.called': { target: '#softphone.withCall.ringing', actions: nextCaller },
      },
    },
    user: {
      entry: 'hangUpVoiceLeg',
      on: {
        'voiceLeg.ended': { target: '#softphone.withCall.cleared', actions: 'dropVoiceLeg' },
        'party.called': ringsNext,
      },
    },
  },
});

export const cleared = softphoneSetup.createStateConfig({
  type: 'final',
  entry: {
    type: 'conclude',
    params: ({ context }) => ({ user: context.user, label: inHand(context).label, cause: context.cause }),
  },
});
