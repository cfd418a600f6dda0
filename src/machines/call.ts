import { assign, sendParent, setup } from 'xstate';
import { type CallLimitReport, callLimitMachine } from './call-limit.ts';
import { effect, facts, operation } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LineId, UserId } from './model/ids.ts';
import type { DialTarget } from './model/party.ts';
import type { DtmfDigit } from './model/tone.ts';

/** What the two networks below tell of this leg: the ports' SipLegFact and MediaFact. */
type LegFact =
  | { type: 'party.ringing' }
  | { type: 'party.earlyMedia' }
  | { type: 'party.answered' }
  | { type: 'party.held' }
  | { type: 'party.resumed' }
  | { type: 'party.transfers'; target: DialTarget }
  | { type: 'party.hungUp'; cause: HangupCause }
  | { type: 'key.heard'; digit: DtmfDigit }
  | { type: 'media.started' | 'media.lost' | 'media.back' };

/** What a call reports to its owner. */
export type CallReport =
  | { type: 'call.ringing'; call: CallId }
  | { type: 'call.earlyMedia'; call: CallId }
  | { type: 'call.answered'; call: CallId }
  /** The far side put the user on hold, or took him back. */
  | { type: 'call.heldByParty'; call: CallId }
  | { type: 'call.resumedByParty'; call: CallId }
  | { type: 'call.transfers'; call: CallId; target: DialTarget }
  /** The longest call the plan allows is over soon; is over. */
  | { type: 'call.limitNear'; call: CallId }
  | { type: 'call.limitReached'; call: CallId }
  | { type: 'call.ended'; call: CallId; cause: HangupCause };

/** `target` is there exactly when we call the party; without it the party called us. */
export interface CallInput {
  readonly call: CallId;
  readonly line: LineId;
  readonly user: UserId;
  readonly target: DialTarget | undefined;
  readonly limitMs: number | undefined;
  /** The leg is up already and on hold: a transfer failed, and the user gets his party back. */
  readonly adopted?: boolean;
}

/** What a call is told. A state that has no use for a command ignores it. */
export type CallCommand =
  | { type: 'answer' }
  | { type: 'hold' }
  | { type: 'resume' }
  | { type: 'hangUp'; cause: HangupCause };

/** Reports that say no more than which call they are of. */
type Told = Exclude<CallReport['type'], 'call.ended' | 'call.transfers'>;
const tell = (type: Told) => ({ type: 'report', params: { type } }) as const;
const noteSilence = (silent: boolean) => ({ type: 'noteSilence', params: { silent } }) as const;
const noteLoss = { type: 'note', params: { cause: { kind: 'connection-lost' } } } as const;

/** One party's SIP leg as the user sees it. It knows nothing of the voice leg. */
export const callMachine = setup({
  types: {
    input: {} as CallInput,
    context: {} as CallInput & { cause: HangupCause; silent: boolean },
    events: {} as LegFact | CallCommand | CallLimitReport,
  },
  actors: {
    legFacts: facts<LegFact, { call: CallId }>(),
    limit: callLimitMachine,
    /** re-INVITE; the adapter keeps the order of several, and the peer's refusal ends it too. */
    setHold: operation<void, { call: CallId; on: boolean }>(),
  },
  actions: {
    inviteParty: effect<{ call: CallId; line: LineId; user: UserId; target: DialTarget }>(),
    ringParty: effect<{ call: CallId; user: UserId }>(),
    answerParty: effect<{ call: CallId }>(),
    hangUpParty: effect<{ call: CallId; cause: HangupCause }>(),
    noteSilence: assign((_, { silent }: { silent: boolean }) => ({ silent })),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    report: sendParent(({ context }, { type }: { type: Told }) => ({ type, call: context.call })),
    reportTransfer: sendParent(({ context }, { target }: { target: DialTarget }) => ({
      type: 'call.transfers',
      call: context.call,
      target,
    })),
    reportEnd: sendParent(({ context }) => ({ type: 'call.ended', call: context.call, cause: context.cause })),
  },
  guards: {
    isAdopted: ({ context }) => context.adopted === true,
    isOutgoing: ({ context }) => context.target !== undefined,
    isSilent: ({ context }) => context.silent,
  },
  delays: {
    // 30 s without RTP in all; the media plane speaks up after the first two (product §13).
    lossDetection: 28_000,
    // The adapter promises an end; this keeps a broken promise from wedging the softphone. Longer than Timer B (32 s).
    endOverdue: 40_000,
  },
}).createMachine({
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
        { guard: 'isOutgoing', target: 'inviting' },
        { target: 'alerting' },
      ],
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
