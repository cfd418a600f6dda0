import { partyAnswered } from './answered.ts';
import type { CallReport } from './call-events.ts';
import { takeSecondCaller } from './incoming-call.ts';
import type { PlanLimit } from './model/refusals.ts';
import type { JudgedReferral } from './model/softphone.ts';
import { movesTalk, panelButtons, showPanel } from './panel.ts';
import { lossOpensWindow, showAway } from './reconnection-ends.ts';
import {
  endSecond,
  secondGone,
  secondRemains,
  secondTakesOver,
  softphoneSetup,
  voiceLegGone,
} from './softphone-children.ts';
import { inHand, legs, type SoftphoneArgs, second } from './softphone-context.ts';

type Transfers = Extract<CallReport, { type: 'call.transfers' }>;
type Judged = SoftphoneArgs & { event: { output: JudgedReferral } };
const decline = {
  type: 'declineTransfer',
  params: ({ context }: SoftphoneArgs) => ({ call: inHand(context).label.call }),
} as const;

const sayRefused = {
  type: 'say',
  params: ({ context, event }: Judged) => ({
    user: context.user,
    // The guard has seen that there is one.
    notice: { kind: 'refused' as const, error: event.output.refusal as PlanLimit },
  }),
} as const;

const takeReferral = [
  { type: 'takeReferred', params: ({ event }: Judged) => event.output },
  // Before the call is made, because its INVITE says by whom it was referred.
  {
    type: 'acceptTransfer',
    params: ({ context }: SoftphoneArgs) => ({ call: inHand(context).label.call, as: second(context).label.call }),
  },
  'startSecond',
  'startSecondRecording',
  { type: 'logOpened', params: ({ context }: SoftphoneArgs) => ({ user: context.user, ...second(context) }) },
] as const;

export const considering = softphoneSetup.createStateConfig({
  description: 'The party wants to transfer the user (D-47): it is asked whether his line may make a call now.',
  invoke: {
    id: 'judgement',
    src: 'judgeReferral',
    // Only a party that transfers comes here.
    input: ({ context, event }) => ({ line: inHand(context).line, target: (event as Transfers).target }),
    onDone: [
      {
        guard: { type: 'isRefused', params: ({ event }) => event.output },
        target: 'talking.again',
        actions: [decline, sayRefused],
      },
      { target: 'following', actions: takeReferral },
    ],
    onError: { target: 'talking.again', actions: decline },
  },
  on: {
    ...panelButtons,
    'party.called': { guard: 'roomForSecond', target: 'pair', actions: [decline, ...takeSecondCaller] },
    reconnect: { guard: movesTalk, target: 'away.leaving', actions: [decline, showAway(false)] },
    'voiceLeg.ended': [
      { ...lossOpensWindow, actions: [decline, ...lossOpensWindow.actions] },
      { target: 'clearing.party', actions: [decline, ...voiceLegGone] },
    ],
  },
});

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
