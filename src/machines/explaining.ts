import { movesTalk, panelButtons, showPanel } from './panel.ts';
import { lossOpensWindow, showAway } from './reconnection-ends.ts';
import { softphoneSetup } from './softphone-children.ts';
import { inHand, silenceUserLeg } from './softphone-context.ts';

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
    reconnect: { guard: movesTalk, target: 'away.leaving', actions: showAway(false) },
    'voiceLeg.ended': lossOpensWindow,
  },
});
