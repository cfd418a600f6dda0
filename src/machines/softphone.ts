import { assign, sendTo, setup, spawnChild, stopChild } from 'xstate';
import { type CallReport, callMachine } from './call.ts';
import { effect } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, LineId, UserId, VoiceLegId } from './model/ids.ts';
import type { CallLabel, Notice, NoticeSlot } from './model/notices.ts';
import type { DialTarget } from './model/party.ts';
import type { CallInHand, PartyCalled, SoftphoneCommand } from './model/softphone.ts';
import type { DtmfDigit, ToneName } from './model/tone.ts';
import { type VoiceLegReport, voiceLegMachine } from './voice-leg.ts';

interface Context {
  readonly user: UserId;
  /** Whether numbers are called back or wait for the user's own call (product §5.3, §5.4). */
  readonly callback: boolean;
  readonly inHand: CallInHand | undefined;
  /** Why the call in hand ended: the first reason counts. */
  readonly cause: HangupCause;
}
type Args = { context: Context };

const inHand = ({ inHand: call }: Context): CallInHand => {
  if (!call) throw new Error('this state has a call in hand');
  return call;
};
const legs = ({ context }: Args) => ({ voiceLeg: inHand(context).voiceLeg, call: inHand(context).label.call });
const onUserLeg =
  (tone: ToneName) =>
  ({ context }: Args) => ({ leg: inHand(context).voiceLeg, tone });
const labelled =
  (slot: NoticeSlot, kind: 'callingYou' | 'pressToCall' | 'offerExpired' | 'dialled' | 'panel') =>
  ({ context }: Args) => ({
    user: context.user,
    call: inHand(context).label.call,
    slot,
    notice: { kind, label: inHand(context).label },
  });
/** Which side it was that broke the protocol is known here, and nowhere else. */
const ofUser = ({ cause }: { cause: HangupCause }): { cause: HangupCause } => ({
  cause: cause.kind === 'peer-fault' ? { ...cause, whose: 'user' } : cause,
});
const notAnswered = ({ context, event }: Args & { event: { cause: HangupCause } }) => ({
  user: context.user,
  call: inHand(context).label.call,
  slot: 'status' as const,
  notice: { kind: 'notAnswered' as const, label: inHand(context).label, ...ofUser(event) },
});
const callerMessage = ({ context, event }: Args & { event: PartyCalled }) => ({
  user: context.user,
  call: event.label.call,
  slot: 'caller' as const,
  notice: { kind: 'caller' as const, caller: event.caller, lineName: event.lineName },
});

const callOf = ({ context }: Args) => ({ call: inHand(context).label.call });
/** The number that waited is not dialled. */
const expired = [
  { type: 'logGivenUp', params: callOf },
  { type: 'show', params: labelled('status', 'offerExpired') },
] as const;

/** How long the user is rung before his number is dialled (product §13). */
const callbackRingMs = 60_000;

/**
 * One user's telephone: the voice leg, the call, and which of the two must end once the other has.
 * Its children report facts to it and never speak to each other.
 */
export const softphoneMachine = setup({
  types: {
    input: {} as { user: UserId; callback: boolean },
    context: {} as Context,
    events: {} as SoftphoneCommand | VoiceLegReport | CallReport,
    children: {} as { voiceLeg: 'voiceLeg'; call: 'call' },
  },
  actors: { voiceLeg: voiceLegMachine, call: callMachine },
  actions: {
    take: assign((_, { line, label, target, voiceLeg }: CallInHand) => ({
      inHand: { line, label, target, voiceLeg },
      cause: { kind: 'normal' } as const,
    })),
    useVoiceLeg: assign(({ context }, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({
      inHand: { ...inHand(context), voiceLeg },
    })),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    putDown: assign({ inHand: undefined }),
    setCallback: assign((_, { on }: { on: boolean }) => ({ callback: on })),

    startVoiceLeg: spawnChild('voiceLeg', {
      id: 'voiceLeg',
      input: ({ context }) => ({
        leg: inHand(context).voiceLeg,
        user: context.user,
        direction: 'outgoing' as const,
        // A callback ring is ours to end; for a calling party we ring as long as the party waits and Telegram allows.
        ringMs: inHand(context).target ? callbackRingMs : undefined,
      }),
    }),
    takeUsersCall: spawnChild('voiceLeg', {
      id: 'voiceLeg',
      input: ({ context }) => ({
        leg: inHand(context).voiceLeg,
        user: context.user,
        direction: 'incoming' as const,
        ringMs: undefined,
      }),
    }),
    startCall: spawnChild('call', {
      id: 'call',
      input: ({ context }) => ({
        call: inHand(context).label.call,
        line: inHand(context).line,
        user: context.user,
        target: inHand(context).target,
      }),
    }),
    answerCall: sendTo('call', { type: 'answer' }),
    hangUpCall: sendTo('call', ({ context }) => ({ type: 'hangUp', cause: context.cause })),
    hangUpVoiceLeg: sendTo('voiceLeg', ({ context }) => ({ type: 'hangUp', cause: context.cause })),
    dropCall: stopChild('call'),
    dropVoiceLeg: stopChild('voiceLeg'),

    declineUser: effect<{ voiceLeg: VoiceLegId; cause: HangupCause }>(),
    rejectParty: effect<{ call: CallId; cause: HangupCause }>(),
    say: effect<{ user: UserId; notice: Notice }>(),
    show: effect<{ user: UserId; call: CallId; slot: NoticeSlot; notice: Notice }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    stopTone: effect<{ leg: LegId }>(),
    hearParty: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    connect: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    sendDtmf: effect<{ voiceLeg: VoiceLegId; call: CallId; digit: DtmfDigit }>(),
    logOpened: effect<{ user: UserId; line: LineId; label: CallLabel; target: DialTarget | undefined }>(),
    /** Nothing was dialled. */
    logGivenUp: effect<{ call: CallId }>(),
    logAnswered: effect<{ call: CallId }>(),
    /** Removes the panel, closes the record, shows how it went. */
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
  },
  guards: {
    callbackIsOn: ({ context }) => context.callback,
    isPrivacy: (_, { cause }: { cause: HangupCause }) => cause.kind === 'privacy',
    isOfHand: ({ context }, { call }: { call: CallId }) => call === context.inHand?.label.call,
    isBusy: ({ context }) => context.cause.kind === 'busy',
  },
  delays: { offer: 60_000, busyTone: 4_000, congestionTone: 3_000, rest: 10_000 },
}).createMachine({
  id: 'softphone',
  context: ({ input }) => ({ ...input, inHand: undefined, cause: { kind: 'normal' } }),
  initial: 'idle',
  on: {
    'callback.set': { actions: { type: 'setCallback', params: ({ event }) => event } },
    dial: {
      actions: { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'oneCallAtATime' } }) },
    },
    'party.called': {
      actions: { type: 'rejectParty', params: ({ event }) => ({ call: event.label.call, cause: { kind: 'busy' } }) },
    },
    'user.called': {
      actions: { type: 'declineUser', params: ({ event }) => ({ ...event, cause: { kind: 'busy' } }) },
    },
  },
  states: {
    idle: {
      on: {
        dial: [
          { guard: 'callbackIsOn', target: 'callingBack', actions: { type: 'take', params: ({ event }) => event } },
          { target: 'awaitingUser', actions: { type: 'take', params: ({ event }) => event } },
        ],
        'party.called': {
          target: 'withCall.ringing',
          actions: [
            { type: 'take', params: ({ event }) => ({ ...event, target: undefined }) },
            { type: 'show', params: callerMessage },
          ],
        },
        'user.called': {
          actions: [
            { type: 'declineUser', params: ({ event }) => ({ ...event, cause: { kind: 'declined' } }) },
            { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'sendNumberFirst' } }) },
          ],
        },
        shutdown: 'gone',
      },
      after: { rest: 'gone' },
    },
    callingBack: {
      description: 'Callback on: the user is rung; nothing is dialled before he answers.',
      entry: [
        'startVoiceLeg',
        { type: 'logOpened', params: ({ context }) => ({ user: context.user, ...inHand(context) }) },
        { type: 'show', params: labelled('status', 'callingYou') },
      ],
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
          {
            target: 'idle',
            actions: [
              'dropVoiceLeg',
              { type: 'logGivenUp', params: callOf },
              { type: 'show', params: notAnswered },
              'putDown',
            ],
          },
        ],
        shutdown: { actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, 'hangUpVoiceLeg'] },
      },
    },
    awaitingUser: {
      description: 'Callback off: the number waits for the user to call us.',
      entry: [
        { type: 'logOpened', params: ({ context }) => ({ user: context.user, ...inHand(context) }) },
        { type: 'show', params: labelled('status', 'pressToCall') },
      ],
      on: {
        'user.called': { target: 'takingUsersCall', actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
        dial: {
          target: 'awaitingUser',
          reenter: true,
          actions: [...expired, { type: 'take', params: ({ event }) => event }],
        },
        'party.called': {
          target: 'withCall.ringing',
          actions: [
            ...expired,
            { type: 'take', params: ({ event }) => ({ ...event, target: undefined }) },
            { type: 'show', params: callerMessage },
          ],
        },
        shutdown: { target: 'gone', actions: expired },
      },
      after: {
        offer: { target: 'idle', actions: [...expired, 'putDown'] },
      },
    },
    takingUsersCall: {
      description: 'The user called for his number: his call is taken at once.',
      entry: 'takeUsersCall',
      on: {
        'voiceLeg.answered': 'withCall.dialling',
        'voiceLeg.ended': {
          target: 'idle',
          actions: [
            'dropVoiceLeg',
            { type: 'logGivenUp', params: callOf },
            { type: 'show', params: notAnswered },
            'putDown',
          ],
        },
        shutdown: { actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, 'hangUpVoiceLeg'] },
      },
    },
    withCall: {
      entry: {
        type: 'logOpened',
        params: ({ context }) => ({ user: context.user, ...inHand(context) }),
      },
      exit: [
        {
          type: 'conclude',
          params: ({ context }) => ({ user: context.user, label: inHand(context).label, cause: context.cause }),
        },
        'putDown',
      ],
      on: {
        'voiceLeg.ended': {
          target: '.clearing.party',
          actions: ['dropVoiceLeg', { type: 'note', params: ({ event }) => ofUser(event) }],
        },
        'call.ended': {
          target: '.clearing.user',
          actions: ['dropCall', { type: 'note', params: ({ event }) => event }],
        },
        shutdown: { target: '.clearing.both', actions: { type: 'note', params: { cause: { kind: 'shutdown' } } } },
      },
      initial: 'ringing',
      states: {
        ringing: {
          description: 'A party called: the user rings on all devices, the party hears ringback.',
          entry: ['startCall', 'startVoiceLeg'],
          on: {
            'voiceLeg.answered': 'answering',
            'voiceLeg.ended': [
              {
                guard: { type: 'isPrivacy', params: ({ event }) => event },
                target: 'clearing.party',
                actions: [
                  'dropVoiceLeg',
                  { type: 'note', params: ({ event }) => ofUser(event) },
                  { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'privacyHint' } }) },
                ],
              },
              {
                target: 'clearing.party',
                actions: ['dropVoiceLeg', { type: 'note', params: ({ event }) => ofUser(event) }],
              },
            ],
          },
        },
        answering: {
          description: 'The user took it; our 200 waits for its ACK.',
          entry: 'answerCall',
          on: {
            'call.answered': { target: 'talking', actions: { type: 'show', params: labelled('panel', 'panel') } },
          },
        },
        dialling: {
          description: 'The user listens while the party is called: tones, announcements and keys work already.',
          entry: [
            'startCall',
            { type: 'show', params: labelled('status', 'dialled') },
            { type: 'show', params: labelled('panel', 'panel') },
          ],
          initial: 'quiet',
          states: {
            quiet: { on: { 'call.ringing': 'ringing', 'call.earlyMedia': 'announced' } },
            ringing: {
              entry: { type: 'playTone', params: onUserLeg('ringback') },
              on: { 'call.earlyMedia': 'announced' },
            },
            announced: {
              description: 'The party’s side speaks for itself: a late 180 brings no ringback over it.',
              entry: [
                { type: 'stopTone', params: ({ context }) => ({ leg: inHand(context).voiceLeg }) },
                { type: 'hearParty', params: legs },
              ],
            },
          },
          on: {
            'call.answered': 'talking',
            'call.ended': {
              target: 'failing',
              actions: ['dropCall', { type: 'note', params: ({ event }) => event }],
            },
            'key.pressed': {
              guard: { type: 'isOfHand', params: ({ event }) => event },
              actions: {
                type: 'sendDtmf',
                params: ({ context, event }) => ({ ...legs({ context }), digit: event.digit }),
              },
            },
          },
        },
        talking: {
          entry: [
            { type: 'stopTone', params: ({ context }) => ({ leg: inHand(context).voiceLeg }) },
            { type: 'connect', params: legs },
            { type: 'logAnswered', params: legs },
          ],
          on: {
            'key.pressed': {
              guard: { type: 'isOfHand', params: ({ event }) => event },
              actions: {
                type: 'sendDtmf',
                params: ({ context, event }) => ({ ...legs({ context }), digit: event.digit }),
              },
            },
          },
        },
        failing: {
          description: 'The user hears why there is nobody.',
          initial: 'choosing',
          on: { 'voiceLeg.ended': { target: 'cleared', actions: 'dropVoiceLeg' }, shutdown: 'clearing.user' },
          states: {
            choosing: { always: [{ guard: 'isBusy', target: 'busy' }, { target: 'congested' }] },
            busy: {
              entry: { type: 'playTone', params: onUserLeg('busy') },
              after: { busyTone: '#softphone.withCall.clearing.user' },
            },
            congested: {
              entry: { type: 'playTone', params: onUserLeg('congestion') },
              after: { congestionTone: '#softphone.withCall.clearing.user' },
            },
          },
        },
        clearing: {
          description: 'What remains is told to end; each end is awaited.',
          on: { shutdown: {} },
          initial: 'both',
          states: {
            both: {
              entry: ['hangUpCall', 'hangUpVoiceLeg'],
              on: {
                'voiceLeg.ended': { target: 'party', actions: 'dropVoiceLeg' },
                'call.ended': { target: 'user', actions: 'dropCall' },
              },
            },
            party: {
              entry: 'hangUpCall',
              on: { 'call.ended': { target: '#softphone.withCall.cleared', actions: 'dropCall' } },
            },
            user: {
              entry: 'hangUpVoiceLeg',
              on: { 'voiceLeg.ended': { target: '#softphone.withCall.cleared', actions: 'dropVoiceLeg' } },
            },
          },
        },
        cleared: { type: 'final' },
      },
      onDone: 'idle',
    },
    gone: { type: 'final' },
  },
});
