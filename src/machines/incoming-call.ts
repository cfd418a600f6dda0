import type { PartyCalled } from './model/softphone.ts';
import { showPanel } from './panel.ts';
import { endSecond, letGo, partyAnswered, softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { inHand, legs, type SoftphoneArgs } from './softphone-setup.ts';

type Called = SoftphoneArgs & { event: PartyCalled };
const incoming = ({ event }: Called) => ({ ...event, target: undefined });
const showCaller = {
  type: 'show',
  params: ({ context, event }: Called) => ({
    user: context.user,
    call: event.label.call,
    slot: 'caller' as const,
    notice: { kind: 'caller' as const, caller: event.caller, lineName: event.lineName },
  }),
} as const;

/** On `party.called`: it is the call in hand from now on. */
export const takeCaller = [{ type: 'take', params: incoming }, showCaller] as const;

/** On `party.called` beside the call in hand. */
export const takeSecondCaller = [
  { type: 'takeSecond', params: incoming },
  'startSecond',
  { type: 'logOpened', params: (args: Called) => ({ user: args.context.user, ...incoming(args) }) },
  showCaller,
] as const;

export const ringing = softphoneSetup.createStateConfig({
  description: 'A party called: the user rings on all devices. A second caller waits without a beep (product §6.1).',
  initial: 'begun',
  states: {
    begun: { entry: ['startCall', 'startVoiceLeg'] },
    again: {
      description: 'The party has been waiting beside another one, who is gone.',
      entry: 'startVoiceLeg',
    },
  },
  on: {
    'voiceLeg.answered': 'answering',
    'party.called': { guard: 'roomForSecond', actions: takeSecondCaller },
    'call.ended': {
      guard: { type: 'isFirstOfTwo', params: ({ event }) => event },
      actions: [
        letGo,
        {
          type: 'conclude',
          params: ({ context, event }) => ({
            user: context.user,
            label: inHand(context).label,
            cause: event.cause,
          }),
        },
        'promoteSecond',
      ],
    },
    'voiceLeg.ended': [
      {
        guard: 'hasSecond',
        target: 'clearing.party',
        actions: [...voiceLegGone, ...endSecond({ kind: 'declined' })],
      },
      {
        guard: { type: 'isPrivacy', params: ({ event }) => event },
        target: 'clearing.party',
        actions: [
          ...voiceLegGone,
          { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'privacyHint' } }) },
        ],
      },
    ],
  },
});

export const answering = softphoneSetup.createStateConfig({
  description: 'The user took it; our 200 waits for its ACK.',
  entry: { type: 'tellCall', params: { type: 'answer' } },
  on: {
    'call.answered': [
      {
        guard: 'hasSecond',
        target: 'pair',
        actions: [partyAnswered, showPanel, { type: 'connect', params: legs }],
      },
      { target: 'talking', actions: [partyAnswered, showPanel] },
    ],
  },
});

export const ringingNext = softphoneSetup.createStateConfig({
  description: 'The party left while another waits: the user is rung for that one as for any other call.',
  entry: ['noteNormal', 'hangUpVoiceLeg'],
  on: { 'voiceLeg.ended': { target: 'ringing.again', actions: ['dropVoiceLeg', 'useNextVoiceLeg'] } },
});
