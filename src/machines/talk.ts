import { takeSecondCaller } from './incoming-call.ts';
import { panelButtons } from './panel.ts';
import { showAway } from './reconnection.ts';
import { takeSecondNumber } from './second-call.ts';
import { softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { inHand, legs, type SoftphoneArgs, silenceUserLeg } from './softphone-setup.ts';

const sayOfCall = (kind: 'heldByParty' | 'takenBack') =>
  ({
    type: 'say',
    params: ({ context }: SoftphoneArgs) => ({ user: context.user, notice: { kind, label: inHand(context).label } }),
  }) as const;

export const talking = softphoneSetup.createStateConfig({
  description: 'User and party hear each other; nobody else is there.',
  initial: 'begun',
  states: {
    begun: { entry: [silenceUserLeg, { type: 'connect', params: legs }] },
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
    'call.heldByParty': { actions: sayOfCall('heldByParty') },
    'call.resumedByParty': { actions: sayOfCall('takenBack') },
    reconnect: { target: 'away.leaving', actions: showAway(false) },
    'voiceLeg.ended': {
      guard: { type: 'isLoss', params: ({ event }) => event },
      target: 'away.judging',
      actions: [...voiceLegGone, showAway(true)],
    },
  },
});
