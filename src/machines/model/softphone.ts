import type { CallLabel } from './call-label.ts';
import type { HangupCause } from './hangup-cause.ts';
import type { CallId, LineId, VoiceLegId } from './ids.ts';
import type { CallerIdentity, DialTarget } from './party.ts';
import type { RecordingOrder } from './recording-order.ts';
import type { PlanLimit } from './refusals.ts';
import type { DtmfDigit, DtmfStep } from './tone.ts';

/** The call a softphone has in hand. */
export interface CallInHand {
  readonly line: LineId;
  readonly label: CallLabel;
  /** undefined: the party called us. */
  readonly target: DialTarget | undefined;
  readonly voiceLeg: VoiceLegId;
  /** Whether the plan of the line's owner allows a second call beside this one. */
  readonly switching: boolean;
  /** How long the plan of the line's owner lets a call last; undefined: no limit. */
  readonly limitMs: number | undefined;
  readonly recording: RecordingOrder;
}

/** Two parties whom the user has joined and left. */
export interface JoinedParties {
  readonly first: CallInHand;
  readonly second: CallInHand;
  /** `second` is still being called. */
  readonly ringing: boolean;
}

/** A party whose user gets it back, because the one he joined it to was not reached. */
export interface Recall {
  readonly call: CallInHand;
  /** Of its limit; undefined: all of it. */
  readonly leftMs: number | undefined;
  /** Who was not reached, and why. */
  readonly second: CallLabel;
  readonly cause: HangupCause;
}

/** The id of the next voice leg of the same call: the user is rung again. */
export const nextVoiceLeg = (leg: VoiceLegId): VoiceLegId => {
  const [first = '', count = '0'] = leg.split('~');
  return `${first}~${Number(count) + 1}` as VoiceLegId;
};

/** What the ids of a call's voice legs begin with at the next owner of its shard: none that an owner before may have used. */
export const voiceLegAt = (epoch: number, leg: VoiceLegId): VoiceLegId =>
  `${leg.split('~')[0]}~${epoch * 1_000}` as VoiceLegId;

/** The id of the call to whom the party of this one transferred the user; `count`: how many there were. */
export const referredCall = (call: CallId, count: number): CallId => `${call.split('~')[0]}~${count}` as CallId;

/** `refusal`: why the line may not make the call to which its party transfers the user. */
export interface JudgedReferral {
  readonly target: DialTarget;
  readonly refusal: PlanLimit | undefined;
}

/** A number was judged and its line chosen. */
export interface Dial {
  readonly type: 'dial';
  readonly line: LineId;
  readonly label: CallLabel;
  readonly target: DialTarget;
  readonly voiceLeg: VoiceLegId;
  readonly switching: boolean;
  readonly limitMs: number | undefined;
  readonly recording: RecordingOrder;
}

/** A party calls one of the user's lines. */
export interface PartyCalled {
  readonly type: 'party.called';
  readonly line: LineId;
  readonly label: CallLabel;
  readonly caller: CallerIdentity;
  /** Only where the user has several lines. */
  readonly lineName: string | undefined;
  readonly voiceLeg: VoiceLegId;
  readonly switching: boolean;
  readonly limitMs: number | undefined;
  readonly recording: RecordingOrder;
}

/** What a softphone hears from outside. Ids are made by the sender, so that a log of events replays to the same states. */
export type SoftphoneCommand =
  | Dial
  | PartyCalled
  /** The user calls the chat account. */
  | { readonly type: 'user.called'; readonly voiceLeg: VoiceLegId }
  /** A key under the panel of this call. */
  | { readonly type: 'key.pressed'; readonly call: CallId; readonly digit: DtmfDigit }
  /** Keys and pauses of a reply to the keypad. */
  | { readonly type: 'keys.sent'; readonly call: CallId; readonly steps: readonly DtmfStep[] }
  /** What the recording button of this call offered. */
  | { readonly type: 'record'; readonly call: CallId; readonly wanted: 'start' | 'stop' }
  | { readonly type: 'callback.set'; readonly on: boolean }
  /** The user wants to go on with another device, or be rung again at once. */
  | { readonly type: 'reconnect'; readonly call: CallId }
  /** Buttons of the parallel message, with the version of what it showed. */
  | { readonly type: 'switch' | 'transfer' | 'decline' | 'end'; readonly version: number }
  /** A transfer to a ringing party failed: the user gets his party back. */
  | ({ readonly type: 'recalled' } & Recall)
  /** `Cancel` of an outgoing call, `End` of a reconnection. */
  | { readonly type: 'giveUp'; readonly call: CallId }
  /** The reconnection window is over, says the job that outlives this process. */
  | { readonly type: 'deadline.passed' }
  /** This process is going away: end what runs. */
  | { readonly type: 'shutdown' };
