import type { CallId, LineId, VoiceLegId } from './ids.ts';
import type { CallLabel } from './notices.ts';
import type { CallerIdentity, DialTarget } from './party.ts';
import type { DtmfDigit } from './tone.ts';

/** The call a softphone has in hand. */
export interface CallInHand {
  readonly line: LineId;
  readonly label: CallLabel;
  /** undefined: the party called us. */
  readonly target: DialTarget | undefined;
  readonly voiceLeg: VoiceLegId;
}

/** A number was judged and its line chosen. */
export interface Dial {
  readonly type: 'dial';
  readonly line: LineId;
  readonly label: CallLabel;
  readonly target: DialTarget;
  readonly voiceLeg: VoiceLegId;
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
}

/** What a softphone hears from outside. Ids are made by the sender, so that a log of events replays to the same states. */
export type SoftphoneCommand =
  | Dial
  | PartyCalled
  /** The user calls the chat account. */
  | { readonly type: 'user.called'; readonly voiceLeg: VoiceLegId }
  /** A key under the panel of this call. */
  | { readonly type: 'key.pressed'; readonly call: CallId; readonly digit: DtmfDigit }
  | { readonly type: 'callback.set'; readonly on: boolean }
  /** This process is going away: end what runs. */
  | { readonly type: 'shutdown' };
