import type { CallLabel } from './call-label.ts';
import type { HangupCause } from './hangup-cause.ts';
import { type CallInHand, voiceLegAt } from './softphone.ts';

/** A call as another host must know it, to go on with it or to end it. */
export interface CallFacts extends CallInHand {
  /** `joined`: to another one, without the user; `ending`: each side is being told so. */
  readonly stage: 'unanswered' | 'answered' | 'joined' | 'ending';
  /** Of one that is ending. */
  readonly cause: HangupCause | undefined;
  /** It was being recorded, or would have been as soon as they hear each other. */
  readonly isRecorded: boolean;
}

/** One user's calls as they were when their host was last seen; the one he heard comes first, those he joined last. */
export interface CallsFacts {
  readonly calls: readonly CallFacts[];
  /** Until the party he talked to is given up (runtime §5). */
  readonly leftMs: number;
  /** Of the owner that takes them up: greater than that of any owner before. */
  readonly epoch: number;
}

/** A call that nobody can go on with. */
export interface LostCall {
  readonly label: CallLabel;
  readonly cause: HangupCause;
}

/** What becomes of each call: the party he talked to last is kept for him, everything else is over (product §10). */
export function takeStock({ calls, epoch }: CallsFacts): {
  readonly kept?: CallInHand;
  readonly lost: readonly LostCall[];
} {
  const kept = calls.find(({ stage }) => stage === 'answered');
  const lost = calls.filter((call) => call !== kept).map((call) => ({ label: call.label, cause: causeOf(call) }));
  if (!kept) return { lost };
  const { stage: _, cause: __, isRecorded, ...call } = kept;
  // What was not being recorded must not begin to be; what was goes on as soon as they hear each other.
  const automatic = isRecorded || call.recording.locked;
  // The dead host may have rung him again, and recorded that, without having written it any more.
  const voiceLeg = voiceLegAt(epoch, call.voiceLeg);
  return { kept: { ...call, voiceLeg, recording: { ...call.recording, automatic } }, lost };
}

/** A caller who was not answered was missed, and one who waited or was held is dropped as in any reconnection. */
const causeOf = ({ stage, cause, label }: CallFacts): HangupCause => {
  if (stage === 'ending') return cause ?? { kind: 'normal' };
  if (stage === 'joined') return { kind: 'connection-lost' };
  // Not for want of an answer: it does not count against the plan.
  return stage === 'unanswered' && label.direction === 'outgoing' ? { kind: 'shutdown' } : { kind: 'no-answer' };
};

/** What another host must know of a call was not written down: nobody could take the call up. */
export class FactsNotKept extends Error {
  override readonly name = 'FactsNotKept';
  /** `elsewhere`: the user has calls on another host; `taken`: his calls are another host's now. */
  readonly reason: 'unavailable' | 'elsewhere' | 'taken';
  constructor(reason: FactsNotKept['reason'], options: ErrorOptions = {}) {
    super(`the facts of a call were not kept: ${reason}`, options);
    this.reason = reason;
  }
}

/** Why they were not, of an error or of what a log keeps of one (`actors/inspection/redaction.ts`); undefined: it is another error. */
export function whyNotKept(error: unknown): FactsNotKept['reason'] | undefined {
  if (error instanceof FactsNotKept) return error.reason;
  const { kind, reason } = (error ?? {}) as { readonly kind?: unknown; readonly reason?: FactsNotKept['reason'] };
  return kind === 'FactsNotKept' ? reason : undefined;
}

/** Whether he has calls over another Worker. */
export const isElsewhere = (error: unknown): boolean => whyNotKept(error) === 'elsewhere';
