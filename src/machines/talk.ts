import { takeSecondCaller } from './incoming-call.ts';
import type { Dial } from './model/softphone.ts';
import { movesTalk, panelButtons } from './panel.ts';
import { lossOpensWindow, showAway } from './reconnection-ends.ts';
import { softphoneSetup } from './softphone-children.ts';
import { legs, type SoftphoneArgs, silenceUserLeg } from './softphone-context.ts';

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

export const talking = softphoneSetup.createStateConfig({
  description: 'User and party hear each other; nobody else is there.',
  initial: 'begun',
  states: {
    begun: { entry: [silenceUserLeg, { type: 'connect', params: legs }, 'resumeRecording'] },
    again: { description: 'After a second call, or after a reconnection, which have joined the two already.' },
  },
  on: {
    ...panelButtons,
    'party.called': { guard: 'roomForSecond', target: 'pair', actions: takeSecondCaller },
    dial: [
      { guard: 'roomForSecond', target: 'pair', actions: takeSecondNumber },
      {
        actions: {
          type: 'say',
          params: ({ context }) => ({ user: context.user, notice: { kind: 'notInPlan', what: 'call-switching' } }),
        },
      },
    ],
    'call.transfers': {
      guard: { type: 'isOfHand', params: ({ event }) => event },
      target: 'considering',
    },
    reconnect: { guard: movesTalk, target: 'away.leaving', actions: showAway(false) },
    'voiceLeg.ended': lossOpensWindow,
  },
});
