import type { HangupCause, SipReply } from './hangup-cause.ts';
import type { CallId, EpochMs } from './ids.ts';
import type { CallerIdentity } from './party.ts';

/** The call as messages speak of it. */
export interface CallLabel {
  readonly call: CallId;
  readonly direction: 'outgoing' | 'incoming';
  /** The number as the user knows it; undefined for a hidden caller. */
  readonly number: string | undefined;
  readonly name?: string | undefined;
  readonly lineName: string;
  readonly startedAt: EpochMs;
}

/** Everything the service says to a user in the conversation with the chat account (product §§5–7, 14.2). */
export type Notice =
  /** We are calling the user back to connect him to the number. */
  | { readonly kind: 'callingYou'; readonly label: CallLabel }
  /** Callback off: the user is asked to call us. */
  | { readonly kind: 'pressToCall'; readonly label: CallLabel }
  | { readonly kind: 'offerExpired'; readonly label: CallLabel }
  /** The voice leg did not come about: nothing was dialled. */
  | { readonly kind: 'notAnswered'; readonly label: CallLabel; readonly cause: HangupCause }
  /** An outgoing call is being made or runs. */
  | { readonly kind: 'dialled'; readonly label: CallLabel }
  /** How a call ended. */
  | {
      readonly kind: 'outcome';
      readonly label: CallLabel;
      readonly cause: HangupCause;
      readonly talkedMs: number | undefined;
    }
  /** The fixed shape of product §6.1; line name only where the user has several. */
  | { readonly kind: 'caller'; readonly caller: CallerIdentity; readonly lineName: string | undefined }
  /** The keypad. */
  | { readonly kind: 'panel'; readonly label: CallLabel }
  | { readonly kind: 'privacyHint' }
  /** A call without a number waiting. */
  | { readonly kind: 'sendNumberFirst' }
  /** What can be sent. */
  | { readonly kind: 'whatToSend' }
  /** The text has characters a SIP header cannot carry. */
  | { readonly kind: 'refusedCharacters' }
  /** One word of letters: asked before it is dialled. */
  | { readonly kind: 'confirmWord'; readonly word: string }
  | { readonly kind: 'noLines'; readonly reasons: readonly { readonly lineName: string; readonly why: LineRefusal }[] }
  /** A number while a call is in progress. */
  | { readonly kind: 'oneCallAtATime' }
  | { readonly kind: 'callbackIs'; readonly on: boolean }
  /** A number that reached us too late to be dialled unasked. */
  | { readonly kind: 'tooLate' }
  /** The service is shutting down. */
  | { readonly kind: 'restarting' };

/** Why a line cannot be used for a call now. */
export type LineRefusal =
  | { readonly kind: 'off' }
  | { readonly kind: 'registering' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused'; readonly sip: SipReply };

/** A notice's place in the conversation: a later notice in the same slot replaces the earlier one. */
export type NoticeSlot = 'status' | 'caller' | 'panel';
