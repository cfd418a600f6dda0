import { assign, sendTo, setup, spawnChild, stopChild } from 'xstate';
import { type CallCommand, type CallReport, callMachine } from './call.ts';
import { effect } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, LineId, UserId, VoiceLegId } from './model/ids.ts';
import type { CallLabel, Notice, NoticeSlot } from './model/notices.ts';
import type { DialTarget } from './model/party.ts';
import {
  type CallInHand,
  type JoinedParties,
  nextVoiceLeg,
  type PartyCalled,
  type SoftphoneCommand,
} from './model/softphone.ts';
import type { DtmfDigit, ToneName } from './model/tone.ts';
import { type PairReport, parallelPairMachine } from './parallel-pair.ts';
import { reconnectWindowMachine, type WindowReport } from './reconnect-window.ts';
import { type VoiceLegReport, voiceLegMachine } from './voice-leg.ts';

interface Context {
  readonly user: UserId;
  /** Whether numbers are called back or wait for the user's own call (product §5.3, §5.4). */
  readonly callback: boolean;
  readonly inHand: CallInHand | undefined;
  /** The call beside it: waiting, being called, or held. */
  readonly second: CallInHand | undefined;
  /** The user's own call, which waits until our ring has been taken back. */
  readonly expected: VoiceLegId | undefined;
  /** Why the call in hand ended: the first reason counts. */
  readonly cause: HangupCause;
  /** How often the voice leg of this call was lost. */
  readonly losses: number;
}
type Args = { context: Context };

const inHand = ({ inHand: call }: Context): CallInHand => {
  if (!call) throw new Error('this state has a call in hand');
  return call;
};
type PairEvent = CallReport | Extract<SoftphoneCommand, { version: number }>;

const second = ({ second: call }: Context): CallInHand => {
  if (!call) throw new Error('this state has a second call');
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
  notice: {
    kind: 'notAnswered' as const,
    label: inHand(context).label,
    callback: context.callback,
    ...ofUser(event),
  },
});
const away =
  (lost: boolean) =>
  ({ context }: Args) => ({
    user: context.user,
    call: inHand(context).label.call,
    slot: 'reconnection' as const,
    notice: { kind: 'reconnecting' as const, label: inHand(context).label, lost, ringing: context.callback },
  });
const notRestored =
  (why: 'expired' | 'too-often') =>
  ({ context }: Args) => ({
    user: context.user,
    notice: { kind: 'notRestored' as const, label: inHand(context).label, why },
  });
const expectedLeg = ({ context }: Args) => ({
  voiceLeg: context.expected ?? inHand(context).voiceLeg,
  cause: { kind: 'busy' as const },
});
const inSlot =
  (slot: NoticeSlot) =>
  ({ context }: Args) => ({ user: context.user, call: inHand(context).label.call, slot });
const callerMessage = ({ context, event }: Args & { event: PartyCalled }) => ({
  user: context.user,
  call: event.label.call,
  slot: 'caller' as const,
  notice: { kind: 'caller' as const, caller: event.caller, lineName: event.lineName },
});

const secondEnds = ({ context, event }: Args & { event: { cause: HangupCause } }) => ({
  user: context.user,
  label: second(context).label,
  cause: event.cause,
});
const firstEnds = ({ context, event }: Args & { event: { cause: HangupCause } }) => ({
  user: context.user,
  label: inHand(context).label,
  cause: event.cause,
});
const firstLeft = ({ context }: Args) => ({
  user: context.user,
  label: inHand(context).label,
  cause: { kind: 'normal' as const },
});
const about =
  (kind: 'heldByParty' | 'takenBack') =>
  ({ context }: Args) => ({ user: context.user, notice: { kind, label: inHand(context).label } });

const callOf = ({ context }: Args) => ({ call: inHand(context).label.call });
/** The number that waited is not dialled. */
const expired = [
  { type: 'logGivenUp', params: callOf },
  { type: 'show', params: labelled('status', 'offerExpired') },
] as const;
/** How long the user is rung before his number is dialled (product §13). */
const callbackRingMs = 60_000;
/** The second call is ended, whatever its state, and its record closed at once. */
const endSecond = (cause: HangupCause) =>
  [
    { type: 'tellSecond', params: { type: 'hangUp', cause } },
    { type: 'conclude', params: ({ context }: Args) => ({ user: context.user, label: second(context).label, cause }) },
    'forgetSecond',
  ] as const;

/**
 * One user's telephone: the voice leg, the call, and which of the two must end once the other has.
 * Its children report facts to it and never speak to each other.
 */
export const softphoneMachine = setup({
  types: {
    input: {} as { user: UserId; callback: boolean },
    context: {} as Context,
    events: {} as SoftphoneCommand | VoiceLegReport | CallReport | WindowReport | PairReport,
    children: {} as { voiceLeg: 'voiceLeg'; window: 'reconnectWindow'; pair: 'parallelPair' },
  },
  actors: {
    voiceLeg: voiceLegMachine,
    call: callMachine,
    reconnectWindow: reconnectWindowMachine,
    parallelPair: parallelPairMachine,
  },
  actions: {
    take: assign((_, { line, label, target, voiceLeg, switching }: CallInHand) => ({
      inHand: { line, label, target, voiceLeg, switching },
      second: undefined,
      cause: { kind: 'normal' } as const,
      losses: 0,
    })),
    takeSecond: assign(({ context }, { line, label, target, switching }: CallInHand) => ({
      second: { line, label, target, switching, voiceLeg: inHand(context).voiceLeg },
    })),
    /** The second is the one in hand now; what was in hand is over. */
    promoteSecond: assign(({ context }) => ({ inHand: context.second, second: undefined })),
    forgetSecond: assign({ second: undefined }),
    /** The pair changed which of the two is heard. */
    hold: assign(({ context }, { call }: { call: CallId }) =>
      context.second?.label.call === call ? { inHand: context.second, second: context.inHand } : {},
    ),
    useVoiceLeg: assign(({ context }, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({
      inHand: { ...inHand(context), voiceLeg },
    })),
    noteNormal: assign({ cause: { kind: 'normal' } as const }),
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
      id: ({ context }) => inHand(context).label.call,
      input: ({ context }) => ({
        call: inHand(context).label.call,
        line: inHand(context).line,
        user: context.user,
        target: inHand(context).target,
      }),
    }),
    useNextVoiceLeg: assign(({ context }) => ({
      inHand: { ...inHand(context), voiceLeg: nextVoiceLeg(inHand(context).voiceLeg) },
    })),
    adoptCall: spawnChild('call', {
      id: ({ context }) => inHand(context).label.call,
      input: ({ context }) => ({
        call: inHand(context).label.call,
        line: inHand(context).line,
        user: context.user,
        target: undefined,
        adopted: true,
      }),
    }),
    startSecond: spawnChild('call', {
      id: ({ context }) => second(context).label.call,
      input: ({ context }) => ({
        call: second(context).label.call,
        line: second(context).line,
        user: context.user,
        target: second(context).target,
      }),
    }),
    expectVoiceLeg: assign((_, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({ expected: voiceLeg })),
    useExpectedVoiceLeg: assign(({ context }) => ({
      inHand: { ...inHand(context), voiceLeg: context.expected ?? inHand(context).voiceLeg },
      expected: undefined,
    })),
    countLoss: assign(({ context }) => ({ losses: context.losses + 1 })),
    tellCall: sendTo(
      ({ context }) => inHand(context).label.call,
      (_, command: CallCommand) => command,
    ),
    tellSecond: sendTo(
      ({ context }) => second(context).label.call,
      (_, command: CallCommand) => command,
    ),
    tellEither: sendTo(
      (_, { call }: { call: CallId; command: CallCommand }) => call,
      (_, { command }: { call: CallId; command: CallCommand }) => command,
    ),
    tellPair: sendTo('pair', (_, { told }: { told: PairEvent }) => told),
    tellWindow: sendTo(
      'window',
      (_, event: { type: 'reconnect' } | { type: 'ring.ended'; cause: HangupCause }) => event,
    ),
    passDeadline: sendTo('window', { type: 'deadline.passed' }),
    answerCall: sendTo(({ context }) => inHand(context).label.call, { type: 'answer' }),
    hangUpCall: sendTo(
      ({ context }) => inHand(context).label.call,
      ({ context }) => ({
        type: 'hangUp',
        cause: context.cause,
      }),
    ),
    hangUpVoiceLeg: sendTo('voiceLeg', ({ context }) => ({ type: 'hangUp', cause: context.cause })),
    dropCall: stopChild(({ event }) => (event as CallReport).call),
    dropBoth: stopChild(({ context }) => inHand(context).label.call),
    dropSecond: stopChild(({ context }) => second(context).label.call),
    dropVoiceLeg: stopChild('voiceLeg'),

    declineUser: effect<{ voiceLeg: VoiceLegId; cause: HangupCause }>(),
    rejectParty: effect<{ call: CallId; cause: HangupCause }>(),
    say: effect<{ user: UserId; notice: Notice }>(),
    show: effect<{ user: UserId; call: CallId; slot: NoticeSlot; notice: Notice }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    stopTone: effect<{ leg: LegId }>(),
    hearParty: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    connect: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    /** Takes a slot's message away. */
    unshow: effect<{ user: UserId; call: CallId; slot: NoticeSlot }>(),
    sendDtmf: effect<{ voiceLeg: VoiceLegId; call: CallId; digit: DtmfDigit }>(),
    logOpened: effect<{ user: UserId; line: LineId; label: CallLabel; target: DialTarget | undefined }>(),
    /** Nothing was dialled. */
    logGivenUp: effect<{ call: CallId }>(),
    logAnswered: effect<{ call: CallId }>(),
    handOver: effect<{ user: UserId; joined: JoinedParties }>(),
    /** Removes the panel, closes the record, shows how it went. */
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
  },
  guards: {
    callbackIsOn: ({ context }) => context.callback,
    isOfHand: ({ context }, { call }: { call: CallId }) => call === context.inHand?.label.call,
    isOfEither: ({ context }, { call }: { call: CallId }) =>
      call === context.inHand?.label.call || call === context.second?.label.call,
    isFirstOfTwo: ({ context }, { call }: { call: CallId }) =>
      context.second !== undefined && call === context.inHand?.label.call,
    isOfSecond: ({ context }, { call }: { call: CallId }) => call === context.second?.label.call,
    hasSecond: ({ context }) => context.second !== undefined,
    roomForSecond: ({ context }) => context.second === undefined && inHand(context).switching,
    secondWaits: ({ context }) => context.second !== undefined && context.second.target === undefined,
    isLoss: (_, { cause }: { cause: HangupCause }) => cause.kind === 'connection-lost',
    lostTooOften: ({ context }) => context.losses >= 5,
    isPrivacy: (_, { cause }: { cause: HangupCause }) => cause.kind === 'privacy',
    isBusy: ({ context }) => context.cause.kind === 'busy',
  },
  delays: { offer: 60_000, busyTone: 4_000, congestionTone: 3_000, rest: 10_000 },
}).createMachine({
  id: 'softphone',
  context: ({ input }) => ({
    ...input,
    inHand: undefined,
    second: undefined,
    expected: undefined,
    cause: { kind: 'normal' },
    losses: 0,
  }),
  initial: 'idle',
  on: {
    'callback.set': { actions: { type: 'setCallback', params: ({ event }) => event } },
    dial: {
      actions: { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'oneCallAtATime' } }) },
    },
    'party.called': {
      actions: { type: 'rejectParty', params: ({ event }) => ({ call: event.label.call, cause: { kind: 'busy' } }) },
    },
    // The user is busy with something else: his party cannot be given back.
    recalled: {
      actions: {
        type: 'rejectParty',
        params: ({ event }) => ({ call: event.call.label.call, cause: { kind: 'normal' } }),
      },
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
        recalled: {
          target: 'withCall.away.open',
          actions: [{ type: 'take', params: ({ event }) => event.call }, 'adoptCall'],
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
        'user.called': { target: 'swapping', actions: { type: 'expectVoiceLeg', params: ({ event }) => event } },
        giveUp: { actions: [{ type: 'note', params: { cause: { kind: 'cancelled' } } }, 'hangUpVoiceLeg'] },
        shutdown: { actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, 'hangUpVoiceLeg'] },
      },
    },
    swapping: {
      description: 'The user called while our callback ring was on its way: that counts as answering it (D-54).',
      entry: 'hangUpVoiceLeg',
      on: {
        'voiceLeg.answered': 'withCall.dialling',
        'voiceLeg.ended': { target: 'takingUsersCall', actions: ['dropVoiceLeg', 'useExpectedVoiceLeg'] },
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
      exit: [{ type: 'unshow', params: inSlot('panel') }, 'putDown'],
      on: {
        'voiceLeg.ended': {
          target: '.clearing.party',
          actions: ['dropVoiceLeg', { type: 'note', params: ({ event }) => ofUser(event) }],
        },
        'call.ended': [
          {
            guard: { type: 'isOfSecond', params: ({ event }) => event },
            actions: ['dropCall', { type: 'conclude', params: secondEnds }, 'forgetSecond'],
          },
          {
            guard: { type: 'isOfHand', params: ({ event }) => event },
            target: '.clearing.user',
            actions: ['dropCall', { type: 'note', params: ({ event }) => event }],
          },
          // One that was told to end and has been concluded already.
          { actions: 'dropCall' },
        ],
        shutdown: [
          {
            guard: 'hasSecond',
            target: '.clearing.both',
            actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, ...endSecond({ kind: 'shutdown' })],
          },
          { target: '.clearing.both', actions: { type: 'note', params: { cause: { kind: 'shutdown' } } } },
        ],
      },
      initial: 'ringing',
      states: {
        ringing: {
          description:
            'A party called: the user rings on all devices. A second caller waits without a beep (product §6.1).',
          initial: 'begun',
          states: {
            begun: { entry: ['startCall', 'startVoiceLeg'] },
            again: { entry: 'startVoiceLeg' },
          },
          on: {
            'voiceLeg.answered': 'answering',
            'party.called': {
              guard: 'roomForSecond',
              actions: [
                { type: 'takeSecond', params: ({ event }) => ({ ...event, target: undefined }) },
                'startSecond',
                {
                  type: 'logOpened',
                  params: ({ context, event }) => ({ user: context.user, ...event, target: undefined }),
                },
                { type: 'show', params: callerMessage },
              ],
            },
            'call.ended': [
              {
                guard: { type: 'isOfSecond', params: ({ event }) => event },
                actions: ['dropCall', { type: 'conclude', params: secondEnds }, 'forgetSecond'],
              },
              {
                guard: { type: 'isFirstOfTwo', params: ({ event }) => event },
                actions: ['dropCall', { type: 'conclude', params: firstEnds }, 'promoteSecond'],
              },
              {
                guard: { type: 'isOfHand', params: ({ event }) => event },
                target: 'clearing.user',
                actions: ['dropCall', { type: 'note', params: ({ event }) => event }],
              },
            ],
            'voiceLeg.ended': [
              {
                guard: 'hasSecond',
                target: 'clearing.party',
                actions: [
                  'dropVoiceLeg',
                  { type: 'note', params: ({ event }) => ofUser(event) },
                  ...endSecond({ kind: 'declined' }),
                ],
              },
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
            'call.answered': [
              {
                guard: 'hasSecond',
                target: 'pair',
                actions: [
                  { type: 'show', params: labelled('panel', 'panel') },
                  { type: 'connect', params: legs },
                  { type: 'logAnswered', params: legs },
                ],
              },
              { target: 'talking', actions: { type: 'show', params: labelled('panel', 'panel') } },
            ],
          },
        },
        dialling: {
          description: 'The user listens while the party is called: tones, announcements and keys work already.',
          initial: 'begun',
          states: {
            begun: {
              entry: [
                'startCall',
                { type: 'show', params: labelled('status', 'dialled') },
                { type: 'show', params: labelled('panel', 'panel') },
              ],
              on: { 'call.ringing': 'ringing', 'call.earlyMedia': 'announced' },
            },
            again: { entry: { type: 'hearParty', params: legs } },
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
            'call.ended': [
              {
                guard: { type: 'isOfHand', params: ({ event }) => event },
                target: 'failing',
                actions: ['dropCall', { type: 'note', params: ({ event }) => event }],
              },
              { actions: 'dropCall' },
            ],
            'key.pressed': {
              guard: { type: 'isOfEither', params: ({ event }) => event },
              actions: {
                type: 'sendDtmf',
                params: ({ context, event }) => ({ ...legs({ context }), digit: event.digit }),
              },
            },
            giveUp: { target: 'clearing.both', actions: { type: 'note', params: { cause: { kind: 'cancelled' } } } },
          },
        },
        talking: {
          initial: 'begun',
          states: {
            begun: {
              entry: [
                { type: 'stopTone', params: ({ context }) => ({ leg: inHand(context).voiceLeg }) },
                { type: 'connect', params: legs },
                { type: 'logAnswered', params: legs },
              ],
            },
            again: {},
          },
          on: {
            'key.pressed': {
              guard: { type: 'isOfEither', params: ({ event }) => event },
              actions: {
                type: 'sendDtmf',
                params: ({ context, event }) => ({ ...legs({ context }), digit: event.digit }),
              },
            },
            'party.called': {
              guard: 'roomForSecond',
              target: 'pair',
              actions: [
                { type: 'takeSecond', params: ({ event }) => ({ ...event, target: undefined }) },
                'startSecond',
                {
                  type: 'logOpened',
                  params: ({ context, event }) => ({ user: context.user, ...event, target: undefined }),
                },
                { type: 'show', params: callerMessage },
              ],
            },
            dial: [
              {
                guard: 'roomForSecond',
                target: 'pair',
                actions: [
                  { type: 'takeSecond', params: ({ event }) => event },
                  'startSecond',
                  { type: 'logOpened', params: ({ context, event }) => ({ user: context.user, ...event }) },
                ],
              },
              {
                actions: {
                  type: 'say',
                  params: ({ context }) => ({
                    user: context.user,
                    notice: { kind: 'notInPlan', what: 'call-switching' },
                  }),
                },
              },
            ],
            'call.heldByParty': { actions: { type: 'say', params: about('heldByParty') } },
            'call.resumedByParty': { actions: { type: 'say', params: about('takenBack') } },
            reconnect: { target: 'away.leaving', actions: { type: 'show', params: away(false) } },
            'voiceLeg.ended': [
              {
                guard: { type: 'isLoss', params: ({ event }) => event },
                target: 'away.judging',
                actions: [
                  'dropVoiceLeg',
                  { type: 'note', params: ({ event }) => ofUser(event) },
                  { type: 'show', params: away(true) },
                ],
              },
              {
                target: 'clearing.party',
                actions: ['dropVoiceLeg', { type: 'note', params: ({ event }) => ofUser(event) }],
              },
            ],
          },
        },
        pair: {
          description: 'Two calls; the pair decides who is heard, and tells it.',
          invoke: {
            id: 'pair',
            src: 'parallelPair',
            input: ({ context }) => ({
              user: context.user,
              voiceLeg: inHand(context).voiceLeg,
              current: inHand(context).label,
              other: second(context).label,
            }),
          },
          exit: { type: 'unshow', params: ({ context }) => ({ ...inSlot('parallel')({ context }) }) },
          on: {
            switch: { actions: { type: 'tellPair', params: ({ event }) => ({ told: event }) } },
            transfer: { actions: { type: 'tellPair', params: ({ event }) => ({ told: event }) } },
            decline: { actions: { type: 'tellPair', params: ({ event }) => ({ told: event }) } },
            end: { actions: { type: 'tellPair', params: ({ event }) => ({ told: event }) } },
            'call.ringing': { actions: { type: 'tellPair', params: ({ event }) => ({ told: event }) } },
            'call.earlyMedia': { actions: { type: 'tellPair', params: ({ event }) => ({ told: event }) } },
            'call.answered': {
              target: '.answered',
              actions: [
                { type: 'logAnswered', params: ({ event }) => event },
                { type: 'tellPair', params: ({ event }) => ({ told: event }) },
              ],
            },
            'call.ended': { actions: ['dropCall', { type: 'tellPair', params: ({ event }) => ({ told: event }) }] },
            'pair.commands': { actions: { type: 'tellEither', params: ({ event }) => event } },
            'pair.hears': { actions: { type: 'hold', params: ({ event }) => event } },
            'pair.single': { target: 'talking.again', actions: 'forgetSecond' },
            'pair.joined': {
              target: 'parting',
              actions: [
                {
                  type: 'handOver',
                  params: ({ context, event }) => ({
                    user: context.user,
                    joined: { first: inHand(context), second: second(context), ringing: event.ringing },
                  }),
                },
                'dropBoth',
                'dropSecond',
              ],
            },
            'key.pressed': {
              guard: { type: 'isOfEither', params: ({ event }) => event },
              actions: {
                type: 'sendDtmf',
                params: ({ context, event }) => ({ ...legs({ context }), digit: event.digit }),
              },
            },
            dial: {
              actions: {
                type: 'say',
                params: ({ context }) => ({ user: context.user, notice: { kind: 'thirdNumber' } }),
              },
            },
            reconnect: {
              target: 'away.leaving',
              actions: [...endSecond({ kind: 'no-answer' }), { type: 'show', params: away(false) }],
            },
            'voiceLeg.ended': [
              {
                guard: { type: 'isLoss', params: ({ event }) => event },
                target: 'away.judging',
                actions: [
                  'dropVoiceLeg',
                  { type: 'note', params: ({ event }) => ofUser(event) },
                  ...endSecond({ kind: 'no-answer' }),
                  { type: 'show', params: away(true) },
                ],
              },
              {
                target: 'clearing.party',
                actions: [
                  'dropVoiceLeg',
                  { type: 'note', params: ({ event }) => ofUser(event) },
                  ...endSecond({ kind: 'normal' }),
                ],
              },
            ],
          },
          initial: 'unanswered',
          states: {
            unanswered: {
              on: {
                'pair.left': [
                  {
                    guard: 'secondWaits',
                    target: '#softphone.withCall.ringingNext',
                    actions: [{ type: 'conclude', params: firstLeft }, 'promoteSecond'],
                  },
                  {
                    target: '#softphone.withCall.dialling.again',
                    actions: [{ type: 'conclude', params: firstLeft }, 'promoteSecond'],
                  },
                ],
                'voiceLeg.ended': [
                  {
                    guard: { type: 'isLoss', params: ({ event }) => event },
                    target: '#softphone.withCall.away.judging',
                    actions: [
                      'dropVoiceLeg',
                      { type: 'note', params: ({ event }) => ofUser(event) },
                      ...endSecond({ kind: 'no-answer' }),
                      { type: 'show', params: away(true) },
                    ],
                  },
                  {
                    guard: 'secondWaits',
                    target: '#softphone.withCall.ringing.again',
                    // D-32: a hung-up phone must be silent, and a caller not yet answered must not be lost.
                    actions: [
                      'dropVoiceLeg',
                      { type: 'tellCall', params: { type: 'hangUp', cause: { kind: 'normal' } } },
                      { type: 'conclude', params: firstLeft },
                      'promoteSecond',
                      'useNextVoiceLeg',
                    ],
                  },
                  {
                    target: '#softphone.withCall.clearing.party',
                    actions: [
                      'dropVoiceLeg',
                      { type: 'note', params: ({ event }) => ofUser(event) },
                      ...endSecond({ kind: 'normal' }),
                    ],
                  },
                ],
              },
            },
            answered: {},
          },
        },
        ringingNext: {
          description: 'The party left while another waits: the user is rung for that one as for any other call.',
          entry: ['noteNormal', 'hangUpVoiceLeg'],
          on: {
            'voiceLeg.ended': { target: 'ringing.again', actions: ['dropVoiceLeg', 'useNextVoiceLeg'] },
            'call.ended': {
              guard: { type: 'isOfHand', params: ({ event }) => event },
              target: 'clearing.user',
              actions: ['dropCall', { type: 'note', params: ({ event }) => event }],
            },
          },
        },
        parting: {
          description: 'The parties are joined; the user is out.',
          entry: [
            {
              type: 'say',
              params: ({ context }) => ({
                user: context.user,
                notice: {
                  kind: 'transferred',
                  first: inHand(context).label,
                  second: second(context).label,
                  ringing: false,
                },
              }),
            },
            'noteNormal',
            'hangUpVoiceLeg',
          ],
          on: {
            'voiceLeg.ended': { target: 'departed', actions: 'dropVoiceLeg' },
            'call.ended': { actions: 'dropCall' },
          },
        },
        departed: { type: 'final' },
        away: {
          description: 'The voice leg is gone and can come back (product §10); the party is held and hears tones.',
          entry: [
            { type: 'tellCall', params: { type: 'hold' } },
            { type: 'playTone', params: ({ context }) => ({ leg: inHand(context).label.call, tone: 'reconnection' }) },
          ],
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
          },
          initial: 'judging',
          states: {
            judging: {
              always: [
                {
                  guard: 'lostTooOften',
                  target: '#softphone.withCall.clearing.party',
                  actions: { type: 'say', params: notRestored('too-often') },
                },
                { target: 'open', actions: 'countLoss' },
              ],
            },
            leaving: {
              description:
                'By the button: the voice leg ends as if its connection had broken, not as if it were rejected.',
              entry: [{ type: 'note', params: { cause: { kind: 'connection-lost' } } }, 'hangUpVoiceLeg'],
              on: {
                'voiceLeg.ended': { target: 'open', actions: 'dropVoiceLeg' },
                'call.ended': {
                  guard: { type: 'isOfHand', params: ({ event }) => event },
                  target: '#softphone.withCall.clearing.user',
                  actions: 'dropCall',
                },
                giveUp: { target: '#softphone.withCall.clearing.both', actions: 'noteNormal' },
              },
            },
            open: {
              invoke: {
                id: 'window',
                src: 'reconnectWindow',
                input: ({ context }) => ({ callback: context.callback, leftMs: 60_000 }),
              },
              on: { 'deadline.passed': { actions: 'passDeadline' } },
              initial: 'silent',
              states: {
                silent: {
                  description: 'Nobody is being rung; the window decides when.',
                  on: {
                    'window.rings': 'ringing',
                    'user.called': { target: 'taking', actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
                    reconnect: { actions: { type: 'tellWindow', params: { type: 'reconnect' } } },
                    'window.lapsed': {
                      target: '#softphone.withCall.clearing.party',
                      actions: { type: 'say', params: notRestored('expired') },
                    },
                    giveUp: { target: '#softphone.withCall.clearing.party', actions: 'noteNormal' },
                    'call.ended': {
                      guard: { type: 'isOfHand', params: ({ event }) => event },
                      target: '#softphone.withCall.cleared',
                      actions: ['dropCall', 'noteNormal'],
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
                    'user.called': {
                      target: 'swapping',
                      actions: { type: 'expectVoiceLeg', params: ({ event }) => event },
                    },
                    'window.lapsed': {
                      target: '#softphone.withCall.clearing.both',
                      actions: { type: 'say', params: notRestored('expired') },
                    },
                    giveUp: { target: '#softphone.withCall.clearing.both', actions: 'noteNormal' },
                    'call.ended': {
                      guard: { type: 'isOfHand', params: ({ event }) => event },
                      target: '#softphone.withCall.clearing.user',
                      actions: ['dropCall', 'noteNormal'],
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
                      actions: ['dropCall', { type: 'declineUser', params: expectedLeg }],
                    },
                  },
                },
                taking: {
                  entry: 'takeUsersCall',
                  on: {
                    'voiceLeg.answered': '#softphone.withCall.returning',
                    'voiceLeg.ended': { target: 'silent', actions: 'dropVoiceLeg' },
                    'window.lapsed': '#softphone.withCall.clearing.both',
                    'call.ended': {
                      guard: { type: 'isOfHand', params: ({ event }) => event },
                      target: '#softphone.withCall.clearing.user',
                      actions: 'dropCall',
                    },
                  },
                },
              },
            },
          },
        },
        returning: {
          description: 'The voice leg is back: talk goes on, the keypad comes anew at the end of the chat.',
          entry: [
            'noteNormal',
            { type: 'tellCall', params: { type: 'resume' } },
            { type: 'unshow', params: inSlot('panel') },
            { type: 'show', params: labelled('panel', 'panel') },
            { type: 'connect', params: legs },
            { type: 'playTone', params: onUserLeg('back-on-line') },
            { type: 'playTone', params: ({ context }) => ({ leg: inHand(context).label.call, tone: 'back-on-line' }) },
          ],
          always: 'talking.again',
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
                'call.ended': {
                  guard: { type: 'isOfHand', params: ({ event }) => event },
                  target: 'user',
                  actions: 'dropCall',
                },
              },
            },
            party: {
              entry: 'hangUpCall',
              on: {
                'call.ended': {
                  guard: { type: 'isOfHand', params: ({ event }) => event },
                  target: '#softphone.withCall.cleared',
                  actions: 'dropCall',
                },
              },
            },
            user: {
              entry: 'hangUpVoiceLeg',
              on: { 'voiceLeg.ended': { target: '#softphone.withCall.cleared', actions: 'dropVoiceLeg' } },
            },
          },
        },
        cleared: {
          type: 'final',
          entry: {
            type: 'conclude',
            params: ({ context }) => ({ user: context.user, label: inHand(context).label, cause: context.cause }),
          },
        },
      },
      onDone: 'idle',
    },
    gone: { type: 'final' },
  },
});
