import { assign, sendParent, setup, stateIn } from 'xstate';
import type { CallCommand, CallInput, CallReport, LegFact } from './call-events.ts';
import { type CallLimitReport, callLimitMachine } from './call-limit.ts';
import { effect, facts, operation } from './effects.ts';
import { isElsewhere } from './model/call-facts.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LineId, UserId } from './model/ids.ts';
import type { DialTarget } from './model/party.ts';

/** Reports that say no more than which call they are of. */
export type Told = Exclude<CallReport['type'], 'call.ended' | 'call.transfers'>;

/** What a call hears, remembers, decides and asks for. */
export const callSetup = setup({
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
    /** Writes down what another host must know. Rejects with FactsNotKept, no later than 2 s. */
    saveFacts: operation<void, { user: UserId }>(),
    /** re-INVITE in the dialog that another host had. */
    resumeDialog: operation<void, { call: CallId }>(),
    /** BYE in it. */
    endDialog: operation<void, { call: CallId }>(),
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
    isAdopted: ({ context }) => context.from === 'adopted',
    isRecovered: ({ context }) => context.from === 'recovered',
    keepsFacts: ({ context }) => context.keepsFacts === true,
    isTaken: stateIn({ saving: 'taken' }),
    isElsewhere: (_, { error }: { error: unknown }) => isElsewhere(error),
    isOutgoing: ({ context }) => context.target !== undefined,
    isSilent: ({ context }) => context.silent,
  },
  delays: {
    // 30 s without RTP in all; the media plane speaks up after the first two (product §13).
    lossDetection: 28_000,
    // The adapter promises an end; this keeps a broken promise from wedging the softphone. Longer than Timer B (32 s).
    endOverdue: 40_000,
  },
});
