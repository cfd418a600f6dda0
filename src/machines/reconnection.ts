import { hidePanel, showPanel } from './panel.ts';
import { letGo, softphoneSetup } from './softphone-children.ts';
import { inHand, inSlot, legs, playToUser, type SoftphoneArgs } from './softphone-setup.ts';

/** `lost`: not by the user's wish. */
export const showAway = (lost: boolean) =>
  ({
    type: 'show',
    params: ({ context }: SoftphoneArgs) => ({
      ...inSlot('reconnection')({ context }),
      notice: { kind: 'reconnecting' as const, label: inHand(context).label, lost, ringing: context.callback },
    }),
  }) as const;
const sayNotRestored = (why: 'expired' | 'too-often') =>
  ({
    type: 'say',
    params: ({ context }: SoftphoneArgs) => ({
      user: context.user,
      notice: { kind: 'notRestored' as const, label: inHand(context).label, why },
    }),
  }) as const;
const playToParty = (tone: 'reconnection' | 'back-on-line') =>
  ({
    type: 'playTone',
    params: ({ context }: SoftphoneArgs) => ({ leg: inHand(context).label.call, tone }),
  }) as const;

const open = softphoneSetup.createStateConfig({
  invoke: {
    id: 'window',
    src: 'reconnectWindow',
    input: ({ context }) => ({ callback: context.callback, leftMs: 60_000 }),
  },
  on: { 'deadline.passed': { actions: { type: 'tellWindow', params: { type: 'deadline.passed' } } } },
  initial: 'silent',
  states: {
    silent: {
      description: 'Nobody is being rung; the window decides when.',
      on: {
        'window.rings': 'ringing',
        'user.called': { target: 'taking', actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
        reconnect: { actions: { type: 'tellWindow', params: { type: 'reconnect' } } },
        'window.lapsed': { target: '#softphone.withCall.clearing.party', actions: sayNotRestored('expired') },
        giveUp: { target: '#softphone.withCall.clearing.party', actions: 'noteNormal' },
        'call.ended': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: '#softphone.withCall.cleared',
          actions: [letGo, 'noteNormal'],
        },
        shutdown: {
          target: '#softphone.withCall.clearing.party',
          actions: { type: 'note', params: { cause: { kind: 'shutdown' } } },
        },
      },
    },
    ringing: {
      entry: ['useNextVoiceLeg', 'startVoiceLeg'],
      on: {
        'voiceLeg.answered': '#softphone.withCall.returning',
        'voiceLeg.ended': {
          target: 'silent',
          actions: [
            'dropVoiceLeg',
            { type: 'tellWindow', params: ({ event }) => ({ type: 'ring.ended', cause: event.cause }) },
          ],
        },
        'user.called': { target: 'swapping', actions: { type: 'expectVoiceLeg', params: ({ event }) => event } },
        'window.lapsed': { target: '#softphone.withCall.clearing.both', actions: sayNotRestored('expired') },
        giveUp: { target: '#softphone.withCall.clearing.both', actions: 'noteNormal' },
        'call.ended': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: '#softphone.withCall.clearing.user',
          actions: [letGo, 'noteNormal'],
        },
      },
    },
    swapping: {
      description: 'The user called while we rang him: our ring is taken back first.',
      entry: 'hangUpVoiceLeg',
      on: {
        'voiceLeg.ended': { target: 'taking', actions: ['dropVoiceLeg', 'useExpectedVoiceLeg'] },
        'call.ended': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          target: '#softphone.withCall.clearing.user',
          actions: [
            letGo,
            {
              type: 'declineUser',
              params: ({ context }) => ({
                voiceLeg: context.expected ?? inHand(context).voiceLeg,
                cause: { kind: 'busy' },
              }),
            },
          ],
        },
      },
    },
    taking: {
      description: 'The user called: his call is taken at once.',
      entry: 'takeUsersCall',
      on: {
        'voiceLeg.answered': '#softphone.withCall.returning',
        'voiceLeg.ended': { target: 'silent', actions: 'dropVoiceLeg' },
        'window.lapsed': '#softphone.withCall.clearing.both',
      },
    },
  },
});

export const away = softphoneSetup.createStateConfig({
  description: 'The voice leg is gone and can come back (product §10); the party is held and hears tones.',
  entry: [{ type: 'tellCall', params: { type: 'hold' } }, playToParty('reconnection')],
  exit: [
    { type: 'stopTone', params: ({ context }) => ({ leg: inHand(context).label.call }) },
    { type: 'unshow', params: inSlot('reconnection') },
  ],
  on: {
    dial: {
      actions: {
        type: 'say',
        params: ({ context }) => ({
          user: context.user,
          notice: { kind: 'numberWhileReconnecting', label: inHand(context).label },
        }),
      },
    },
    'call.ended': {
      guard: { type: 'isOfHand', params: ({ event }) => event },
      target: 'clearing.user',
      actions: letGo,
    },
  },
  initial: 'judging',
  states: {
    judging: {
      always: [
        {
          guard: 'lostTooOften',
          target: '#softphone.withCall.clearing.party',
          actions: sayNotRestored('too-often'),
        },
        { target: 'open', actions: 'countLoss' },
      ],
    },
    leaving: {
      description: 'By the button: the voice leg ends as if its connection had broken, not as if it were rejected.',
      entry: [{ type: 'note', params: { cause: { kind: 'connection-lost' } } }, 'hangUpVoiceLeg'],
      on: {
        'voiceLeg.ended': { target: 'open', actions: 'dropVoiceLeg' },
        giveUp: { target: '#softphone.withCall.clearing.both', actions: 'noteNormal' },
      },
    },
    open,
  },
});

export const returning = softphoneSetup.createStateConfig({
  description: 'The voice leg is back: talk goes on, the keypad comes anew at the end of the chat.',
  entry: [
    'noteNormal',
    { type: 'tellCall', params: { type: 'resume' } },
    hidePanel,
    showPanel,
    { type: 'connect', params: legs },
    playToUser('back-on-line'),
    playToParty('back-on-line'),
  ],
  always: 'talking.again',
});
