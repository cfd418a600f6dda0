import type { CallInput } from './call-events.ts';
import { callSetup, type Told } from './call-setup.ts';
import type { DialTarget } from './model/party.ts';

const tell = (type: Told) => ({ type: 'report', params: { type } }) as const;
const noteSilence = (silent: boolean) => ({ type: 'noteSilence', params: { silent } }) as const;
const noteLoss = { type: 'note', params: { cause: { kind: 'connection-lost' } } } as const;
const noteBusy = { type: 'note', params: { cause: { kind: 'busy' } } } as const;
/** 503 with Retry-After (runtime §4). */
const noteUnkept = { type: 'note', params: { cause: { kind: 'flood', retryAfterMs: 5_000 } } } as const;
const idOf = ({ context }: { context: CallInput }) => ({ call: context.call });

/** One party's SIP leg as the user sees it. It knows nothing of the voice leg. */
export const callMachine = callSetup.createMachine({
  id: 'call',
  context: ({ input }) => ({ ...input, cause: { kind: 'normal' }, silent: false }),
  invoke: { id: 'legFacts', src: 'legFacts', input: ({ context }) => ({ call: context.call }) },
  initial: 'fresh',
  on: {
    'media.lost': { actions: noteSilence(true) },
    'media.back': { actions: noteSilence(false) },
    'party.hungUp': { target: '.ended', actions: { type: 'note', params: ({ event }) => event } },
    hangUp: { target: '.ending', actions: { type: 'note', params: ({ event }) => event } },
  },
  states: {
    fresh: {
      always: [
        { guard: 'isAdopted', target: 'established.held' },
        { guard: 'isRecovered', target: 'recovering' },
        { guard: 'keepsFacts', target: 'saving' },
        { guard: 'isOutgoing', target: 'inviting' },
        { target: 'alerting' },
      ],
    },
    saving: {
      description: 'Another host must know of it before the party does (runtime §4).',
      invoke: {
        id: 'saving',
        src: 'saveFacts',
        input: ({ context }) => ({ user: context.user }),
        onDone: [
          { guard: 'isOutgoing', target: 'inviting' },
          { guard: 'isTaken', target: 'alerting.taken' },
          { target: 'alerting' },
        ],
        onError: [
          { guard: { type: 'isElsewhere', params: ({ event }) => event }, target: 'unheard', actions: noteBusy },
          { target: 'unheard', actions: noteUnkept },
        ],
      },
      on: { hangUp: { target: 'unheard', actions: { type: 'note', params: ({ event }) => event } } },
      initial: 'offered',
      states: { offered: { on: { answer: 'taken' } }, taken: {} },
    },
    unheard: {
      description: 'It is over, and a party that was to be called never hears of it.',
      always: [{ guard: 'isOutgoing', target: 'ended' }, { target: 'ending' }],
    },
    recovering: {
      description: 'Another host had it and died: its dialog is taken up here, and its party held.',
      invoke: {
        id: 'resumption',
        src: 'resumeDialog',
        input: idOf,
        onDone: 'established.holding',
        onError: { target: 'releasing', actions: noteLoss },
      },
      on: { hangUp: { target: 'releasing', actions: { type: 'note', params: ({ event }) => event } } },
    },
    releasing: {
      description: 'Not taken up: the far side is to keep no ghost of it.',
      invoke: { id: 'release', src: 'endDialog', input: idOf, onDone: 'ended', onError: 'ended' },
      on: { hangUp: {} },
      after: { endOverdue: 'ended' },
    },
    inviting: {
      entry: {
        type: 'inviteParty',
        // Only calls with a target come here.
        params: ({ context: { call, line, user, target } }) => ({ call, line, user, target: target as DialTarget }),
      },
      on: {
        'party.ringing': { actions: tell('call.ringing') },
        'party.earlyMedia': { actions: tell('call.earlyMedia') },
        'party.answered': 'established',
      },
    },
    alerting: {
      description: 'The party hears ringback; the user has not answered yet.',
      entry: { type: 'ringParty', params: ({ context }) => ({ call: context.call, user: context.user }) },
      on: { answer: 'answering' },
      initial: 'waiting',
      states: { waiting: {}, taken: { description: 'The user was quick.', always: '#call.answering' } },
    },
    answering: {
      entry: { type: 'answerParty', params: ({ context }) => ({ call: context.call }) },
      on: { 'party.answered': 'established' },
    },
    established: {
      entry: tell('call.answered'),
      invoke: { id: 'limit', src: 'limit', input: ({ context }) => context },
      on: {
        'limit.near': { actions: tell('call.limitNear') },
        'limit.reached': { target: 'ending', actions: tell('call.limitReached') },
        'party.held': { actions: tell('call.heldByParty') },
        'party.resumed': { actions: tell('call.resumedByParty') },
        'party.transfers': { actions: { type: 'reportTransfer', params: ({ event }) => event } },
      },
      initial: 'judging',
      states: {
        // Silence is told once: it may have begun before the answer, or while the party was held.
        judging: { always: [{ guard: 'isSilent', target: 'silent' }, { target: 'heard' }] },
        heard: {
          on: {
            'media.lost': { target: 'silent', actions: noteSilence(true) },
            hold: 'holding',
          },
        },
        silent: {
          on: {
            'media.back': { target: 'heard', actions: noteSilence(false) },
            hold: 'holding',
          },
          after: { lossDetection: { target: '#call.ending', actions: noteLoss } },
        },
        holding: {
          invoke: {
            id: 'hold',
            src: 'setHold',
            input: ({ context }) => ({ call: context.call, on: true }),
            onDone: 'held',
            // A party that refuses to be held hears the music all the same.
            onError: 'held',
          },
          on: { resume: 'resuming' },
        },
        held: {
          description: 'The party hears music or tones; silence from it is no loss.',
          on: { resume: 'resuming' },
        },
        resuming: {
          invoke: {
            id: 'resume',
            src: 'setHold',
            input: ({ context }) => ({ call: context.call, on: false }),
            onDone: 'judging',
            onError: 'judging',
          },
          on: { hold: 'holding' },
        },
      },
    },
    ending: {
      entry: { type: 'hangUpParty', params: ({ context }) => ({ call: context.call, cause: context.cause }) },
      on: { 'party.hungUp': 'ended', hangUp: {} },
      after: { endOverdue: 'ended' },
    },
    ended: { type: 'final', entry: 'reportEnd' },
  },
});
