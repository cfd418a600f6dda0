import type { CallId, LineId, UserId } from '../../machines/model/ids.ts';

/** One side of a dialog, as From or To names it. */
export interface SipAddress {
  /** Without quotes; empty where there is none. */
  readonly displayName: string;
  /** As it was written. */
  readonly uri: string;
}

/** What is known of a call before its first INVITE or 180 leaves. Plain JSON. */
export interface DialogBeginning {
  readonly line: LineId;
  /** Who sent the INVITE, seen from us. */
  readonly direction: 'outgoing' | 'incoming';
  /** Call-ID header; not the `CallId` of the actors. */
  readonly sipCallId: string;
  readonly localTag: string;
  /** From of the outgoing INVITE, To of the incoming one. */
  readonly local: SipAddress;
  /** The party. */
  readonly remote: SipAddress;
}

/**
 * A dialog (RFC 3261 §12) as another process needs it to go on. Plain JSON. Numbers of people and descriptions of media are in
 * it: never log it, and seal it where it is kept.
 */
export interface DialogFacts extends DialogBeginning {
  readonly remoteTag: string;
  /** URI of the party's Contact. */
  readonly remoteTarget: string;
  /** Values of the Route headers, in their order. */
  readonly routeSet: readonly string[];
  /** The last number we used, or a little less: it is not saved for each request. */
  readonly localCSeq: number;
  /** The last number the party used in a request; absent when it sent none. */
  readonly remoteCSeq?: number;
  /** What we described last; the RTP profile stands in it. */
  readonly localSdp: string;
  /** Absent as long as our offer is not answered (an INVITE without SDP). */
  readonly remoteSdp?: string;
  /** What the party announced, in lower case: option tags of Supported, and methods of Allow. */
  readonly peer: { readonly supported: readonly string[]; readonly allow: readonly string[] };
  /** Session timer (RFC 4028) as agreed: seconds, and whether it is us who refresh. */
  readonly session?: { readonly intervalS: number; readonly isRefresher: boolean };
  /** Where the INVITE came from over UDP, without a recorded route the way back to the party. */
  readonly cameFrom?: { readonly host: string; readonly port: number };
}

/** Dialog facts that are incomplete or contradict SIP; nothing was done. */
export class BadDialogFacts extends Error {
  override readonly name = 'BadDialogFacts';
  /** Which of the facts, e.g. `remoteTag`. */
  readonly fact: string;
  constructor(fact: string) {
    super(`dialog facts without a usable ${fact}`);
    this.fact = fact;
  }
}

/** No final answer to a BYE in a saved dialog, or no way to send it. */
export class DialogUnreachable extends Error {
  override readonly name = 'DialogUnreachable';
}

/**
 * Who keeps dialog facts. What is about to leave waits for the promise, but at most 500 ms, and it leaves also when the promise
 * is rejected. A call that is hung up meanwhile sends no INVITE any more, and its refusal instead of a 180.
 */
export interface DialogKeeper {
  /** Before the first INVITE, or the first 18x, of a call leaves; again when another attempt has another Call-ID. */
  begun(call: CallId, facts: DialogBeginning): Promise<void>;
  /**
   * Before our 2xx to an INVITE or the ACK to one leaves, where something changed: the call is answered, or was described anew.
   * A resumed dialog is told before its re-INVITE leaves.
   */
  changed(call: CallId, facts: DialogFacts): Promise<void>;
}

/** Dialogs that outlive the process: what another one must know of them, and how it goes on with them. */
export interface SipDialogs {
  /** One keeper; without one nothing waits. */
  keepWith(keeper: DialogKeeper): void;
  /** As of now; undefined when there is no such call, or it is not answered. */
  dialogFacts(call: CallId): DialogFacts | undefined;
  /**
   * Goes on with a dialog that another process began and lost: re-INVITE with a CSeq 1000 above the saved one (RFC 3261
   * §12.2.1.1 allows gaps), our Contact and a new media leg, `call` in the group `user`. `party.answered` follows when the party
   * took it, and from then on it is a call like any other. The party does not know the dialog (481, 408, silence): INVITE with
   * Replaces (RFC 3891) where it announced that, else `party.hungUp` with `connection-lost`. It refuses the re-INVITE
   * otherwise: BYE, and `rejected` with its answer.
   *
   * Call it before `Registrar.bind`: what the party sends to a dialog nobody here knows is answered 481.
   * @throws BadDialogFacts
   */
  resumeDialog(call: CallId, user: UserId, facts: DialogFacts): void;
  /**
   * BYE in a saved dialog, repeated as RFC 3261 §17.1.2 says; one that is in use here is hung up. Resolves with any final answer:
   * also the party that answers 481 has no call any more.
   * @throws BadDialogFacts
   * @throws DialogUnreachable after 10 s
   */
  endDialog(facts: DialogFacts): Promise<void>;
  /**
   * Forgets a call without a word to the party, for its dialog is another process's from now on: nothing is sent for it any
   * more, what still arrives for it meets silence, and its media leg is closed. `party.hungUp` with `shutdown` is told here.
   */
  dropSilently(call: CallId): void;
}
