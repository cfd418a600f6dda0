import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { CallId, LineId, UserId } from '../../machines/model/ids.ts';
import type { CallerIdentity, DialTarget } from '../../machines/model/party.ts';
import type { DtmfDigit } from '../../machines/model/tone.ts';

/** What the party's side of one call did. Facts may repeat and come late; nothing follows `party.hungUp`. */
export type SipLegFact =
  /** 18x without SDP. */
  | { readonly type: 'party.ringing' }
  /** 18x with SDP: the media leg already receives. */
  | { readonly type: 'party.earlyMedia' }
  /** 200 to our INVITE, or ACK to our 200: the media leg runs both ways. */
  | { readonly type: 'party.answered' }
  /** The party put us on hold (re-INVITE sendonly, inactive, c=0.0.0.0), or took us back. */
  | { readonly type: 'party.held' }
  | { readonly type: 'party.resumed' }
  /** A key by SIP INFO. */
  | { readonly type: 'key.heard'; readonly digit: DtmfDigit }
  /** REFER within the call: the party wants us to call somebody else (product D-47). Answered 202 by `acceptTransfer`. */
  | { readonly type: 'party.transfers'; readonly target: DialTarget }
  | { readonly type: 'party.hungUp'; readonly cause: HangupCause };

/** The party refused a request within the call; the call goes on as it was. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly status: number;
  constructor(status: number, reason: string) {
    super(`the party refused: ${status} ${reason}`);
    this.status = status;
  }
}

/** An INVITE that arrived for one of our lines. It has been answered with 100 only. */
export interface SipCallOffer {
  readonly callId: CallId;
  readonly lineId: LineId;
  readonly caller: CallerIdentity;
}

/** The SIP legs of calls. Every method returns at once or within the stated time; what happens is told as facts. */
export interface SipCalls {
  /**
   * Sends INVITE through the line's proxy. Its media leg is `call` in the group `user`.
   * Failure of any kind is told as `party.hungUp`, never thrown.
   */
  invite(call: CallId, request: { line: LineId; user: UserId; target: DialTarget }): void;
  /** 180 to an offered call. */
  ring(call: CallId, user: UserId): void;
  /** 200 to an offered call; `party.answered` follows with the ACK. */
  answer(call: CallId): void;
  /**
   * re-INVITE sendonly, or back to sendrecv. Serialised per call; glare (491) is retried as RFC 3261 §14.1 says.
   * @throws RequestRefused when the party does not take it (it stays sendrecv, and the call goes on)
   */
  hold(call: CallId, on: boolean): Promise<void>;
  /** One key by INFO (application/dtmf-relay). @throws RequestRefused, e.g. 415 or 501 */
  sendInfo(call: CallId, digit: DtmfDigit): Promise<void>;
  /** Answers a REFER: 202 and the NOTIFYs of the new leg's progress, or 603. */
  acceptTransfer(call: CallId, as: CallId): void;
  declineTransfer(call: CallId): void;
  /**
   * Ends the leg in whatever state it is: CANCEL, BYE or the final response that fits the cause.
   * `party.hungUp` follows exactly once, also when the leg was gone already.
   */
  hangUp(call: CallId, cause: HangupCause): void;
  /** Facts of one leg, also of one that is still to be made; those that already happened are told at once. Returns the unsubscribe. */
  watch(call: CallId, listener: (fact: SipLegFact) => void): () => void;
  /** The one who takes offers; an offer that nobody takes is answered 480. */
  onOffer(listener: (offer: SipCallOffer) => void): void;
}
