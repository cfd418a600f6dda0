import { takeCaller } from './incoming-call.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { SoftphoneCommand } from './model/softphone.ts';
import { takeBack } from './reconnection-ends.ts';
import { declineExpected, ofUser, softphoneSetup } from './softphone-children.ts';
import { inHand, inSlot, type SoftphoneArgs, showStatus } from './softphone-context.ts';

const logGivenUp = {
  type: 'logGivenUp',
  params: ({ context }: SoftphoneArgs) => ({ call: inHand(context).label.call }),
} as const;
const logOpened = {
  type: 'logOpened',
  params: ({ context }: SoftphoneArgs) => ({ user: context.user, ...inHand(context) }),
} as const;

/** The number that waited is not dialled. */
const offerExpires = [logGivenUp, showStatus({ kind: 'offerExpired' })] as const;
const offerIsDropped = (why: 'cancelled' | 'replaced' | 'incoming-call') =>
  [logGivenUp, showStatus({ kind: 'notDialled', why })] as const;
const offerIsReplaced = offerIsDropped('replaced');
/** A call is urgent, a number is not (D-42, D-43). */
const offerYields = offerIsDropped('incoming-call');

const showPrompt = {
  type: 'show',
  params: ({ context }: SoftphoneArgs) => ({
    ...inSlot('status')({ context }),
    notice: { kind: 'pressToCall' as const, label: inHand(context).label, callback: context.callback },
  }),
} as const;

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

type GiveUp = Extract<SoftphoneCommand, { type: 'giveUp' }>;
/** `Cancel` of this number (D-56). */
const isOfHand = { type: 'isOfHand', params: ({ event }: { event: GiveUp }) => event } as const;
const withdraws = {
  giveUp: { guard: isOfHand, target: 'withdrawing', actions: declineExpected },
  shutdown: {
    target: 'withdrawing.stopping',
    actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, ...declineExpected],
  },
} as const;

export const callingBack = softphoneSetup.createStateConfig({
  description: 'Callback on: the user is rung; nothing is dialled before he answers.',
  entry: ['startVoiceLeg', logOpened, showStatus({ kind: 'callingYou' })],
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
    'party.called': { target: 'withCall.ringingNext', actions: [...offerYields, ...takeCaller, 'startCall'] },
    recalled: { target: 'withCall.away.leaving', actions: [...offerYields, ...takeBack] },
    ...withdraws,
  },
});

export const swapping = softphoneSetup.createStateConfig({
  description: 'The user called while our callback ring was on its way: that counts as answering it (D-54).',
  entry: 'hangUpVoiceLeg',
  on: {
    'voiceLeg.ended': { target: 'takingUsersCall', actions: ['dropVoiceLeg', 'useExpectedVoiceLeg'] },
    'party.called': {
      target: 'withCall.ringingNext',
      actions: [...declineExpected, ...offerYields, ...takeCaller, 'startCall'],
    },
    ...withdraws,
  },
});

export const withdrawing = softphoneSetup.createStateConfig({
  description: 'The voice leg is ended before anything was dialled.',
  initial: 'cancelled',
  states: {
    cancelled: {
      entry: [{ type: 'note', params: { cause: { kind: 'cancelled' } } }, 'hangUpVoiceLeg'],
      on: {
        'voiceLeg.ended': {
          target: '#softphone.idle',
          actions: ['dropVoiceLeg', ...offerIsDropped('cancelled'), 'putDown'],
        },
        'party.called': {
          target: '#softphone.withCall.ringingNext',
          actions: [...offerIsDropped('cancelled'), ...takeCaller, 'startCall'],
        },
        shutdown: {},
      },
    },
    stopping: {
      entry: 'hangUpVoiceLeg',
      on: { 'voiceLeg.ended': { target: '#softphone.idle', actions: notAnswered }, shutdown: {} },
    },
  },
});

export const awaitingUser = softphoneSetup.createStateConfig({
  description: 'Callback off: the number waits for the user to call us.',
  entry: [logOpened, showPrompt],
  on: {
    'user.called': { target: 'takingUsersCall', actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
    // The switch under the prompt is the other one now; it counts from the next number.
    'callback.set': { actions: [{ type: 'setCallback', params: ({ event }) => event }, showPrompt] },
    dial: [
      {
        guard: 'callbackIsOn',
        target: 'callingBack',
        actions: [...offerIsReplaced, { type: 'take', params: ({ event }) => event }],
      },
      {
        target: 'awaitingUser',
        reenter: true,
        actions: [...offerIsReplaced, { type: 'take', params: ({ event }) => event }],
      },
    ],
    'party.called': { target: 'withCall.ringing', actions: [...offerYields, ...takeCaller] },
    recalled: { target: 'withCall.away.open', actions: [...offerYields, ...takeBack] },
    giveUp: { guard: isOfHand, target: 'idle', actions: [...offerIsDropped('cancelled'), 'putDown'] },
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
    'party.called': { target: 'withCall.ringingNext', actions: [...offerYields, ...takeCaller, 'startCall'] },
    ...withdraws,
  },
});
