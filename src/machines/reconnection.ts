import { partyAnswered } from './answered.ts';
import { takeSecondCaller } from './incoming-call.ts';
import { hidePanel, recordingButtonPressed, showPanel } from './panel.ts';
import { ends, endsInSilence, isOfHand, sayNotRestored, showAway, showNext } from './reconnection-ends.ts';
import { declineExpected, softphoneSetup } from './softphone-children.ts';
import { inHand, inSlot, legs, playToUser, type SoftphoneArgs } from './softphone-context.ts';
import type { VoiceLegReport } from './voice-leg.ts';

/** How long the user may be away (product §10). */
const windowMs = 60_000;

const playToParty = (tone: 'reconnection' | 'back-on-line') =>
  ({
    type: 'playTone',
    params: ({ context }: SoftphoneArgs) => ({ leg: inHand(context).label.call, tone }),
  }) as const;

type VoiceLegEnded = Extract<VoiceLegReport, { type: 'voiceLeg.ended' }>;
const ringEnded = [
  'dropVoiceLeg',
  {
    type: 'tellWindow',
    params: ({ event }: { event: VoiceLegEnded }) => ({ type: 'ring.ended' as const, cause: event.cause }),
  },
] as const;

const window = ({ context }: SoftphoneArgs) => ({ user: context.user, kind: 'reconnect-window' as const });
const leftMs = ({ context }: SoftphoneArgs) => context.windowLeftMs ?? windowMs;
/** On `call.answered` of the party that another host had: its side of this window begins. */
const partyResumed = [
  ...partyAnswered,
  playToParty('reconnection'),
  { type: 'tellWindow', params: { type: 'party.resumed' } },
] as const;
const open = softphoneSetup.createStateConfig({
  entry: { type: 'setDeadline', params: (args) => ({ ...window(args), inMs: leftMs(args) }) },
  exit: [{ type: 'clearDeadline', params: window }, 'forgetCrash'],
  invoke: {
    id: 'window',
    src: 'reconnectWindow',
    input: ({ context }) => ({
      callback: context.callback,
      leftMs: leftMs({ context }),
      afterCrash: context.windowLeftMs !== undefined,
    }),
  },
  on: {
    'deadline.passed': { actions: { type: 'tellWindow', params: { type: 'deadline.passed' } } },
    'window.tells': { actions: showNext },
  },
  initial: 'silent',
  states: {
    resuming: {
      description: 'Another host had the party: nobody is rung before it is here.',
      on: {
        'call.answered': [
          { guard: 'userCalls', target: 'taking', actions: [...partyResumed, 'useExpectedVoiceLeg'] },
          { target: 'silent', actions: partyResumed },
        ],
        'user.called': { actions: [...declineExpected, { type: 'expectVoiceLeg', params: ({ event }) => event }] },
        ...endsInSilence,
      },
    },
    silent: {
      description: 'Nobody is being rung; the window decides when.',
      on: {
        'window.rings': 'ringing',
        'user.called': { target: 'taking', actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
        reconnect: { guard: isOfHand, actions: { type: 'tellWindow', params: { type: 'reconnect' } } },
        ...endsInSilence,
      },
    },
    ringing: {
      entry: ['useNextVoiceLeg', 'startVoiceLeg'],
      on: {
        'voiceLeg.answered': '#softphone.withCall.returning',
        'voiceLeg.ended': { target: 'silent', actions: ringEnded },
        'user.called': { target: 'swapping', actions: { type: 'expectVoiceLeg', params: ({ event }) => event } },
      },
    },
    swapping: {
      description: 'The user called while another voice leg of his was there: that one is ended first.',
      entry: 'hangUpVoiceLeg',
      on: { 'voiceLeg.ended': { target: 'taking', actions: ['dropVoiceLeg', 'useExpectedVoiceLeg'] } },
    },
    taking: {
      description: 'The user called: his call is taken at once.',
      entry: 'takeUsersCall',
      on: {
        'voiceLeg.answered': '#softphone.withCall.returning',
        'voiceLeg.ended': { target: 'silent', actions: ringEnded },
      },
    },
  },
});

export const away = softphoneSetup.createStateConfig({
  description: 'The voice leg is gone and can come back (product §10); the party is held and hears tones.',
  entry: [{ type: 'tellCall', params: { type: 'hold' } }, playToParty('reconnection'), 'pauseRecording'],
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
    record: recordingButtonPressed,
    // D-35.
    'party.called': { guard: 'roomForSecond', actions: takeSecondCaller },
    // The user left before the party had acknowledged our 200.
    'call.answered': { guard: isOfHand, actions: [...partyAnswered, { type: 'tellCall', params: { type: 'hold' } }] },
    ...ends,
  },
  // It may still be that of a call which was dropped.
  always: { guard: 'panelIsOld', actions: showPanel },
  initial: 'judging',
  states: {
    judging: {
      always: [
        {
          guard: 'lostTooOften',
          target: '#softphone.withCall.clearing.party',
          actions: sayNotRestored('too-often'),
        },
        { target: 'open', actions: ['countLoss', 'forgetLossLater'] },
      ],
    },
    leaving: {
      description: 'By the button: the voice leg ends as if its connection had broken, not as if it were rejected.',
      entry: [{ type: 'note', params: { cause: { kind: 'connection-lost' } } }, 'hangUpVoiceLeg'],
      on: {
        'voiceLeg.ended': { target: 'open', actions: 'dropVoiceLeg' },
        // The window that opens next will go by it.
        'callback.set': { actions: [{ type: 'setCallback', params: ({ event }) => event }, showAway(false)] },
        'user.called': { target: 'open.swapping', actions: { type: 'expectVoiceLeg', params: ({ event }) => event } },
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
    ...hidePanel,
    ...showPanel,
    { type: 'connect', params: legs },
    'resumeRecording',
    playToUser('back-on-line'),
    playToParty('back-on-line'),
  ],
  always: [{ guard: 'hasSecond', target: 'pair' }, { target: 'talking.again' }],
});
