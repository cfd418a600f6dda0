import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { CallId, LineId, UserId } from '../../machines/model/ids.ts';
import type { CallerIdentity, DialTarget } from '../../machines/model/party.ts';

/** What the party's side of one call did. Facts may repeat and come late; nothing follows `party.hungUp`. */
export type SipLegFact =
  /** 18x without SDP. */
  | { readonly type: 'party.ringing' }
  /** 18x with SDP: the media leg already receives. */
  | { readonly type: 'party.earlyMedia' }
  /** 200 to our INVITE, or ACK to our 200: the media leg runs both ways. */
  | { readonly type: 'party.answered' }
  | { readonly type: 'party.hungUp'; readonly cause: HangupCause };

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
   * Ends the leg in whatever state it is: CANCEL, BYE or the final response that fits the cause.
   * `party.hungUp` follows exactly once, also when the leg was gone already.
   */
  hangUp(call: CallId, cause: HangupCause): void;
  /** Facts of one leg, also of one that is still to be made; those that already happened are told at once. Returns the unsubscribe. */
  watch(call: CallId, listener: (fact: SipLegFact) => void): () => void;
  /** The one who takes offers; an offer that nobody takes is answered 480. */
  onOffer(listener: (offer: SipCallOffer) => void): void;
}
