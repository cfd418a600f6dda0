import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LineId, UserId } from './model/ids.ts';
import type { DialTarget } from './model/party.ts';
import type { DtmfDigit } from './model/tone.ts';

/** What the two networks below tell of this leg: the ports' SipLegFact and MediaFact. */
export type LegFact =
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
  /**
   * `adopted`: the leg is up already and on hold, for a transfer failed and the user gets his party back; `recovered`: another
   * host had it.
   */
  readonly from?: 'adopted' | 'recovered';
  /** Whether it is written down for other hosts before the party hears of it. */
  readonly keepsFacts?: boolean;
}

/** What a call is told. A state that has no use for a command ignores it. */
export type CallCommand =
  | { type: 'answer' }
  | { type: 'hold' }
  | { type: 'resume' }
  | { type: 'hangUp'; cause: HangupCause };
