import { partyAnswered } from './answered.ts';
import type { PartyCalled, SoftphoneCommand } from './model/softphone.ts';
import { hidePanel, showPanel } from './panel.ts';
import { concludeHand, secondRemains, secondTakesOver, softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { inHand, legs, type SoftphoneArgs, silenceUserLeg } from './softphone-context.ts';

type Called = SoftphoneArgs & { event: PartyCalled };
type UserCalled = Extract<SoftphoneCommand, { type: 'user.called' }>;
const busy = { kind: 'busy' } as const;
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

/** On `party.called` when he cannot be rung for it: the caller hears busy, the user reads that he missed it (product §6). */
export const turnCallerAway = [
  { type: 'logOpened', params: (args: Called) => ({ user: args.context.user, ...incoming(args) }) },
  { type: 'rejectParty', params: ({ event }: Called) => ({ call: event.label.call, cause: busy }) },
  {
    type: 'conclude',
    params: ({ context, event }: Called) => ({ user: context.user, label: event.label, cause: busy }),
  },
] as const;

/** The same where `withCall` has been entered for another call. */
export const takeCallerAnew = [
  ...takeCaller,
  { type: 'logOpened', params: ({ context }: SoftphoneArgs) => ({ user: context.user, ...inHand(context) }) },
  'startRecording',
] as const;

/** On `party.called` when the call in hand is over but for its end, which is let go. */
export const nextCaller = [concludeHand, ...takeCallerAnew] as const;

/** On `party.called` beside the call in hand. */
export const takeSecondCaller = [
  { type: 'takeSecond', params: incoming },
  'startSecond',
  'startSecondRecording',
  { type: 'logOpened', params: (args: Called) => ({ user: args.context.user, ...incoming(args) }) },
  showCaller,
] as const;

/** The user's own call answers the party, as it answers a callback ring (product §5.4, D-54). */
const usersCallAnswers = {
  target: '#softphone.withCall.ringing.swapping',
  actions: { type: 'expectVoiceLeg', params: ({ event }: { event: UserCalled }) => event },
} as const;

/** While the one in hand is not answered: others wait without a beep, and take its place when it gives up (product §6.1). */
const secondWaitsBeside = { guard: 'roomForSecond', actions: takeSecondCaller } as const;

export const ringing = softphoneSetup.createStateConfig({
  description: 'A party called: the user rings on all devices. A second caller waits without a beep (product §6.1).',
  initial: 'begun',
  states: {
    begun: { entry: ['startCall', 'startVoiceLeg'], on: { 'user.called': usersCallAnswers } },
    again: {
      description: 'The party has been waiting beside another one, who is gone.',
      entry: [...hidePanel, 'startVoiceLeg'],
      on: { 'user.called': usersCallAnswers },
    },
    swapping: {
      description: 'The user called while another voice leg of his was there: that one is ended first.',
      entry: ['noteNormal', 'hangUpVoiceLeg'],
      on: { 'voiceLeg.ended': { target: 'taking', actions: ['dropVoiceLeg', 'useExpectedVoiceLeg'] } },
    },
    taking: { description: 'The user called: his call is taken at once.', entry: 'takeUsersCall' },
  },
  on: {
    'voiceLeg.answered': 'answering',
    'party.called': secondWaitsBeside,
    'call.ended': { guard: { type: 'isFirstOfTwo', params: ({ event }) => event }, actions: secondTakesOver },
    'voiceLeg.ended': [
      {
        guard: 'hasSecond',
        target: '.again',
        actions: [...voiceLegGone, ...secondRemains, 'useNextVoiceLeg'],
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
    'party.called': secondWaitsBeside,
    'call.answered': [
      {
        guard: 'hasSecond',
        target: 'pair',
        actions: [...partyAnswered, ...showPanel, silenceUserLeg, { type: 'connect', params: legs }, 'resumeRecording'],
      },
      { target: 'talking', actions: [...partyAnswered, ...showPanel] },
    ],
    'call.ended': {
      guard: { type: 'isFirstOfTwo', params: ({ event }) => event },
      target: 'ringingNext',
      actions: secondTakesOver,
    },
    // A caller not yet answered must not be lost (D-32).
    'voiceLeg.ended': {
      guard: 'hasSecond',
      target: 'ringing.again',
      actions: [...voiceLegGone, ...secondRemains, 'useNextVoiceLeg'],
    },
  },
});

export const ringingNext = softphoneSetup.createStateConfig({
  description: 'Another voice leg is in the way: it is ended, and the user rung for this party as for any other.',
  entry: [...hidePanel, 'noteNormal', 'hangUpVoiceLeg'],
  on: {
    'party.called': secondWaitsBeside,
    'call.ended': { guard: { type: 'isFirstOfTwo', params: ({ event }) => event }, actions: secondTakesOver },
    'voiceLeg.ended': { target: 'ringing.again', actions: ['dropVoiceLeg', 'useNextVoiceLeg'] },
    'user.called': usersCallAnswers,
  },
});
