import { partyAnswered } from './answered.ts';
import type { CallReport } from './call.ts';
import { movesTalk, panelButtons, showPanel } from './panel.ts';
import { showAway } from './reconnection-ends.ts';
import {
  endSecond,
  secondGone,
  secondRemains,
  secondTakesOver,
  softphoneSetup,
  voiceLegGone,
} from './softphone-children.ts';
import { inHand, legs, type SoftphoneArgs, second } from './softphone-context.ts';

type Transfers = SoftphoneArgs & { event: Extract<CallReport, { type: 'call.transfers' }> };

/** On `call.transfers`: the party wants the user to talk to somebody else (D-47). */
export const takeReferral = [
  { type: 'takeReferred', params: ({ event }: Transfers) => event },
  // Before the call is made, because its INVITE says by whom it was referred.
  {
    type: 'acceptTransfer',
    params: ({ context }: SoftphoneArgs) => ({ call: inHand(context).label.call, as: second(context).label.call }),
  },
  'startSecond',
  'startSecondRecording',
  { type: 'logOpened', params: ({ context }: SoftphoneArgs) => ({ user: context.user, ...second(context) }) },
] as const;

export const following = softphoneSetup.createStateConfig({
  description: 'The party transfers the user: the one it named is called, and takes its place with the answer.',
  on: {
    ...panelButtons,
    'call.answered': {
      guard: { type: 'isOfSecond', params: ({ event }) => event },
      target: 'talking',
      actions: [...partyAnswered, ...secondRemains, ...showPanel],
    },
    'call.ended': [
      {
        guard: { type: 'isOfHand', params: ({ event }) => event },
        target: 'dialling.ringing',
        actions: [...secondTakesOver, { type: 'hearParty', params: legs }, ...showPanel],
      },
      { guard: { type: 'isOfSecond', params: ({ event }) => event }, target: 'talking.again', actions: secondGone },
    ],
    dial: {
      actions: { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'thirdNumber' } }) },
    },
    reconnect: {
      guard: movesTalk,
      target: 'away.leaving',
      actions: [...endSecond({ kind: 'cancelled' }), showAway(false)],
    },
    'voiceLeg.ended': [
      {
        guard: { type: 'isLoss', params: ({ event }) => event },
        target: 'away.judging',
        actions: [...voiceLegGone, ...endSecond({ kind: 'cancelled' }), showAway(true)],
      },
      { target: 'clearing.party', actions: [...voiceLegGone, ...endSecond({ kind: 'cancelled' })] },
    ],
  },
});
