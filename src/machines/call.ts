import { assign, sendParent, setup } from 'xstate';
import { effect, facts } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LineId, UserId } from './model/ids.ts';
import type { DialTarget } from './model/party.ts';

/** What the two networks below tell of this leg: the ports' SipLegFact and MediaFact. */
type LegFact =
  | { type: 'party.ringing' }
  | { type: 'party.earlyMedia' }
  | { type: 'party.answered' }
  | { type: 'party.hungUp'; cause: HangupCause }
  | { type: 'media.started' }
  | { type: 'media.lost' }
  | { type: 'media.back' };

/** What a call reports to its softphone. */
export type CallReport =
  | { type: 'call.ringing' }
  | { type: 'call.earlyMedia' }
  | { type: 'call.answered' }
  | { type: 'call.ended'; cause: HangupCause };

/** `target` is there exactly when we call the party; without it the party called us. */
export interface CallInput {
  readonly call: CallId;
  readonly line: LineId;
  readonly user: UserId;
  readonly target: DialTarget | undefined;
}

/** One party's SIP leg as the user sees it. It knows nothing of the voice leg. */
export const callMachine = setup({
  types: {
    input: {} as CallInput,
    context: {} as CallInput & { cause: HangupCause; silent: boolean },
    events: {} as LegFact | { type: 'answer' } | { type: 'hangUp'; cause: HangupCause },
  },
  actors: { legFacts: facts<LegFact, { call: CallId }>() },
  actions: {
    inviteParty: effect<{ call: CallId; line: LineId; user: UserId; target: DialTarget }>(),
    ringParty: effect<{ call: CallId; user: UserId }>(),
    answerParty: effect<{ call: CallId }>(),
    hangUpParty: effect<{ call: CallId; cause: HangupCause }>(),
    noteSilence: assign((_, { silent }: { silent: boolean }) => ({ silent })),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    report: sendParent((_, report: CallReport) => report),
  },
  guards: {
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
    'media.lost': { actions: { type: 'noteSilence', params: { silent: true } } },
    'media.back': { actions: { type: 'noteSilence', params: { silent: false } } },
    'party.hungUp': { target: '.ended', actions: { type: 'note', params: ({ event }) => event } },
    hangUp: { target: '.ending', actions: { type: 'note', params: ({ event }) => event } },
  },
  states: {
    fresh: { always: [{ guard: 'isOutgoing', target: 'inviting' }, { target: 'alerting' }] },
    inviting: {
      entry: {
        type: 'inviteParty',
        // Only calls with a target come here.
        params: ({ context: { call, line, user, target } }) => ({ call, line, user, target: target as DialTarget }),
      },
      on: {
        'party.ringing': { actions: { type: 'report', params: { type: 'call.ringing' } } },
        'party.earlyMedia': { actions: { type: 'report', params: { type: 'call.earlyMedia' } } },
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
      entry: { type: 'report', params: { type: 'call.answered' } },
      initial: 'judging',
      states: {
        // Silence is told once: it may have begun with the announcement before the answer.
        judging: { always: [{ guard: 'isSilent', target: 'silent' }, { target: 'heard' }] },
        heard: { on: { 'media.lost': 'silent' } },
        silent: {
          on: { 'media.back': { target: 'heard', actions: { type: 'noteSilence', params: { silent: false } } } },
          after: {
            lossDetection: {
              target: '#call.ending',
              actions: { type: 'note', params: { cause: { kind: 'connection-lost' } } },
            },
          },
        },
      },
    },
    ending: {
      entry: { type: 'hangUpParty', params: ({ context }) => ({ call: context.call, cause: context.cause }) },
      on: { 'party.hungUp': 'ended', hangUp: {} },
      after: { endOverdue: 'ended' },
    },
    ended: {
      type: 'final',
      entry: { type: 'report', params: ({ context }) => ({ type: 'call.ended', cause: context.cause }) },
    },
  },
});
