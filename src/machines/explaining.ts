import { takeSecondCaller } from './incoming-call.ts';
import { movesTalk, panelButtons, showPanel } from './panel.ts';
import { lossOpensWindow, showAway } from './reconnection-ends.ts';
import { softphoneSetup } from './softphone-children.ts';
import { inHand, legs, silenceUserLeg } from './softphone-context.ts';
import { takeSecondNumber } from './talk.ts';

const resumeFirst = { type: 'tellCall', params: { type: 'resume' } } as const;
/** Another call comes beside the first, which has to be heard again for that. */
const backToFirst = [resumeFirst, { type: 'connect', params: legs }, 'resumeRecording'] as const;

export const explaining = softphoneSetup.createStateConfig({
  description: 'The user listened to a second party that is not there, and hears why; then he is with the first again.',
  entry: showPanel,
  invoke: {
    id: 'tone',
    src: 'failureTone',
    input: ({ context }) => ({ voiceLeg: inHand(context).voiceLeg, cause: context.cause }),
    onDone: { target: 'talking', actions: resumeFirst },
  },
  exit: ['noteNormal', silenceUserLeg],
  on: {
    ...panelButtons,
    'party.called': { guard: 'roomForSecond', target: 'pair', actions: [...backToFirst, ...takeSecondCaller] },
    dial: { guard: 'roomForSecond', target: 'pair', actions: [...backToFirst, ...takeSecondNumber] },
    reconnect: { guard: movesTalk, target: 'away.leaving', actions: showAway(false) },
    'voiceLeg.ended': lossOpensWindow,
  },
});
