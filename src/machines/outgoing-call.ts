import { takeCaller } from './incoming-call.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import { ofUser, softphoneSetup } from './softphone-children.ts';
import { inHand, inSlot, type SoftphoneArgs, showLabelled } from './softphone-setup.ts';

const logGivenUp = {
  type: 'logGivenUp',
  params: ({ context }: SoftphoneArgs) => ({ call: inHand(context).label.call }),
} as const;
const logOpened = {
  type: 'logOpened',
  params: ({ context }: SoftphoneArgs) => ({ user: context.user, ...inHand(context) }),
} as const;

/** The number that waited is not dialled. */
const offerExpires = [logGivenUp, showLabelled('status', 'offerExpired')] as const;

/** No voice leg came about: the number is not dialled. */
const notAnswered = [
  'dropVoiceLeg',
  logGivenUp,
  {
    type: 'show',
    params: ({ context, event }: SoftphoneArgs & { event: { cause: HangupCause } }) => ({
      ...inSlot('status')({ context }),
      notice: {
        kind: 'notAnswered' as const,
        label: inHand(context).label,
        callback: context.callback,
        ...ofUser(event),
      },
    }),
  },
  'putDown',
] as const;

const shutdownVoiceLeg = {
  actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, 'hangUpVoiceLeg'],
} as const;

export const callingBack = softphoneSetup.createStateConfig({
  description: 'Callback on: the user is rung; nothing is dialled before he answers.',
  entry: ['startVoiceLeg', logOpened, showLabelled('status', 'callingYou')],
  on: {
    'voiceLeg.answered': 'withCall.dialling',
    'voiceLeg.ended': [
      {
        guard: { type: 'isPrivacy', params: ({ event }) => event },
        target: 'awaitingUser',
        actions: [
          'dropVoiceLeg',
          { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'privacyHint' } }) },
        ],
      },
      { target: 'idle', actions: notAnswered },
    ],
    'user.called': { target: 'swapping', actions: { type: 'expectVoiceLeg', params: ({ event }) => event } },
    giveUp: { actions: [{ type: 'note', params: { cause: { kind: 'cancelled' } } }, 'hangUpVoiceLeg'] },
    shutdown: shutdownVoiceLeg,
  },
});

export const swapping = softphoneSetup.createStateConfig({
  description: 'The user called while our callback ring was on its way: that counts as answering it (D-54).',
  entry: 'hangUpVoiceLeg',
  on: {
    'voiceLeg.answered': 'withCall.dialling',
    'voiceLeg.ended': { target: 'takingUsersCall', actions: ['dropVoiceLeg', 'useExpectedVoiceLeg'] },
  },
});

export const awaitingUser = softphoneSetup.createStateConfig({
  description: 'Callback off: the number waits for the user to call us.',
  entry: [logOpened, showLabelled('status', 'pressToCall')],
  on: {
    'user.called': { target: 'takingUsersCall', actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
    dial: {
      target: 'awaitingUser',
      reenter: true,
      actions: [...offerExpires, { type: 'take', params: ({ event }) => event }],
    },
    'party.called': { target: 'withCall.ringing', actions: [...offerExpires, ...takeCaller] },
    shutdown: { target: 'gone', actions: offerExpires },
  },
  after: { offer: { target: 'idle', actions: [...offerExpires, 'putDown'] } },
});

export const takingUsersCall = softphoneSetup.createStateConfig({
  description: 'The user called for his number: his call is taken at once.',
  entry: 'takeUsersCall',
  on: {
    'voiceLeg.answered': 'withCall.dialling',
    'voiceLeg.ended': { target: 'idle', actions: notAnswered },
    shutdown: shutdownVoiceLeg,
  },
});
