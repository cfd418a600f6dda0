import type { CallLabel } from './call-label.ts';
import type { HangupCause } from './hangup-cause.ts';
import type { EpochMs } from './ids.ts';
import type { CallerIdentity } from './party.ts';
import type { DeliveryFault, RecorderFault } from './recording-faults.ts';
import type { LineRefusal, ServiceError } from './refusals.ts';
import type { SecondCallNotice } from './second-call-notices.ts';

/** Everything the service says to a user in the conversation with the chat account (product §§5–11, 14). */
export type Notice =
  | OutgoingNotice
  | IncomingNotice
  | PanelNotice
  | RecordingNotice
  | SecondCallNotice
  | ReconnectionNotice
  | PoorSound
  | RefusalNotice
  | HintNotice
  | ToastNotice;

/** Product §5. A label's message carries `Cancel` until the party answers (D-56). */
export type OutgoingNotice =
  /** We are calling the user back to connect him to the number. */
  | { readonly kind: 'callingYou'; readonly label: CallLabel }
  /** The number waits for the user's call. `callback`: the person's switch now, which offers the other; off by default. */
  | { readonly kind: 'pressToCall'; readonly label: CallLabel; readonly callback?: boolean }
  | { readonly kind: 'offerExpired'; readonly label: CallLabel }
  /** The number was given up before anything was dialled. */
  | { readonly kind: 'notDialled'; readonly label: CallLabel; readonly why: 'cancelled' | 'replaced' | 'incoming-call' }
  /** The voice leg did not come about: nothing was dialled. `callback`: the switch now; on by default. */
  | {
      readonly kind: 'notAnswered';
      readonly label: CallLabel;
      readonly cause?: HangupCause;
      readonly callback?: boolean;
    }
  /** An outgoing call is being made or runs; `dialling` by default. */
  | { readonly kind: 'dialled'; readonly label: CallLabel; readonly progress?: 'dialling' | 'talking' }
  /** How a call ended, first word first: of either direction. `severalLines` offers the line question for it. */
  | {
      readonly kind: 'outcome';
      readonly label: CallLabel;
      readonly cause: HangupCause;
      readonly talkedMs: number | undefined;
      readonly severalLines?: boolean;
    }
  /** Several lines fit; a press tells the place of the line in `lines`. */
  | { readonly kind: 'lineQuestion'; readonly number: string; readonly lines: readonly string[] }
  /** The line question is closed. */
  | {
      readonly kind: 'lineQuestionClosed';
      readonly number: string;
      readonly why: 'expired' | 'replaced' | 'cancelled';
    }
  | {
      readonly kind: 'lineQuestionClosed';
      readonly number: string;
      readonly why: 'answered';
      /** The chosen one. */
      readonly lineName: string;
    }
  /** One word of letters: asked before it is dialled. */
  | { readonly kind: 'confirmWord'; readonly word: string }
  | { readonly kind: 'noLines'; readonly reasons: readonly { readonly lineName: string; readonly why: LineRefusal }[] }
  /** Before a person's first call of an emergency number (product §14.5). */
  | { readonly kind: 'emergency'; readonly number: string };

/** Product §6. */
export type IncomingNotice =
  /** The fixed shape of product §6.1, the same in all languages; line name only where the user has several. */
  { readonly kind: 'caller'; readonly caller: CallerIdentity; readonly lineName: string | undefined };

/** Product §7. */
export type PanelNotice =
  /** The keypad. Without `recording` it has no recording button. */
  | { readonly kind: 'panel'; readonly label: CallLabel; readonly recording?: RecordingState }
  /** What is left of a keypad that could not be deleted. */
  | { readonly kind: 'panelClosed'; readonly label: CallLabel };

/** The button under the keypad (product §8). */
export type RecordingState =
  | 'start'
  | 'stop'
  /** By order of the owner: a press only says so. */
  | 'locked'
  /** On, but nothing is being written now. */
  | 'pending'
  /** The last attempt failed. */
  | 'failed'
  /** The fragment of this call is used up: a press only says so. */
  | 'used-up';

/** Product §8. */
export type RecordingNotice =
  /** What a player shows of the file. */
  | { readonly kind: 'recordingTitle'; readonly label: CallLabel }
  /** Under the file. `owner`: by itself, by the line's setting; `user`: by hand. */
  | {
      readonly kind: 'recordingCaption';
      readonly label: CallLabel;
      readonly startedAt: EpochMs;
      readonly durationMs: number;
      readonly startedBy: 'owner' | 'user';
    }
  /** Under the file, once: it was interrupted, and not all that was said is in it. */
  | { readonly kind: 'recordingPieceMissing' }
  /** Recording stopped by itself: the plan allows so much of each call. */
  | { readonly kind: 'recordingLimit'; readonly limitMs: number }
  /** Nothing more could be written. */
  | { readonly kind: 'recordingFailed'; readonly label: CallLabel; readonly why: RecorderFault }
  /** The file of this title could not be delivered. */
  | { readonly kind: 'recordingUndeliverable'; readonly title: string; readonly why: DeliveryFault };

/** Product §10. */
export type ReconnectionNotice =
  /** The window is open. `lost`: not by the user's wish. `ringing`: we ring the user, otherwise he is asked to call. */
  | { readonly kind: 'reconnecting'; readonly label: CallLabel; readonly lost: boolean; readonly ringing: boolean }
  /** `expired`: nobody came back in time; `too-often`: lost more than 5 times in 10 minutes. */
  | { readonly kind: 'notRestored'; readonly label: CallLabel; readonly why: 'expired' | 'too-often' }
  /** A number in the reconnection window (D-34). */
  | { readonly kind: 'numberWhileReconnecting'; readonly label: CallLabel };

/** After a call whose sound was bad (product §16, B-10). */
export interface PoorSound {
  readonly kind: 'poorSound';
  readonly label: CallLabel;
  /** On the way to the user, by Telegram, or to the party, by SIP. */
  readonly where: 'user' | 'party';
  /** Share of the packets that were lost, 0 to 1. */
  readonly loss: number;
  readonly jitterMs: number;
  /** Estimated mean opinion score, 1 to 4.5 (ITU-T G.107). */
  readonly mos: number;
}

/** Product §11. */
export type RefusalNotice =
  /** A refusal of ours: code and words. */
  | { readonly kind: 'refused'; readonly error: ServiceError }
  /** The plan of the line's owner does not have it. */
  | { readonly kind: 'notInPlan'; readonly what: 'call-switching' }
  /** The longest call the plan allows is over. */
  | { readonly kind: 'callTimeUp'; readonly label: CallLabel; readonly limitMs: number }
  /** A number for this line while a call is up over a line of another Worker. */
  | { readonly kind: 'otherWorker'; readonly lineName: string }
  /** A number while another one is under way. */
  | { readonly kind: 'oneCallAtATime' }
  /** A number that reached us too late to be dialled unasked. */
  | { readonly kind: 'tooLate' }
  /** The service is shutting down. */
  | { readonly kind: 'restarting' };

export type HintNotice =
  /** Allow our calls (product §14.2). `firstCall`: told ahead of the first one, nothing has been refused yet. */
  | { readonly kind: 'privacyHint'; readonly firstCall?: boolean }
  /** A call without a number waiting. `missed`: a call of the last 10 minutes, offered for redialling (D-55). */
  | { readonly kind: 'sendNumberFirst'; readonly missed?: CallLabel }
  /** What can be sent. */
  | { readonly kind: 'whatToSend' }
  /** For `/help` and `/start`, to somebody who has a line. */
  | { readonly kind: 'welcome' }
  /** To somebody without any line (D-57). `settingsBot`: its username without @. */
  | { readonly kind: 'newcomer'; readonly settingsBot: string }
  /** The text has characters a SIP header cannot carry. */
  | { readonly kind: 'refusedCharacters' }
  /** Keys in a reply while the voice leg is away: there is nobody who could press them. */
  | { readonly kind: 'keysWhileAway' }
  | { readonly kind: 'callbackIs'; readonly on: boolean };

/** The answer to a press: at most 200 characters, no buttons. */
export interface ToastNotice {
  readonly kind: 'toast';
  readonly says: Toast;
}

export type Toast =
  | 'not-your-call'
  /** The call of this button is over. */
  | 'call-over'
  /** Somebody, or another device, pressed first (D-38, D-39). */
  | 'done'
  /** The question is no longer open. */
  | 'expired'
  /** The press waited for its host for too long to be done. */
  | 'try-again'
  /** Reconnect on a call that nobody has answered. */
  | 'not-answered-yet'
  /** A key while the voice leg is away: there is nobody who could press it. */
  | 'keys-while-away'
  /** Reconnect while Telegram lets nobody be rung. */
  | 'cannot-ring'
  | 'recording-locked'
  | 'recording-used-up';

/** A notice's place in the conversation: a later notice in the same slot replaces the earlier one. */
export type NoticeSlot = 'status' | 'caller' | 'panel' | 'reconnection' | 'parallel';
