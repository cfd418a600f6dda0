import type { CallCommand, CallReport } from './call-events.ts';
import type { CallLabel } from './model/call-label.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, UserId, VoiceLegId } from './model/ids.ts';

/** What the pair tells its softphone. */
export type PairReport =
  /** The user is with this one now. */
  | { type: 'pair.hears'; call: CallId }
  /** He and this one hear each other. */
  | { type: 'pair.connects'; call: CallId }
  /** For one of the two call actors. */
  | { type: 'pair.commands'; call: CallId; command: CallCommand }
  /** The user listens to this one being called. */
  | { type: 'pair.listens'; call: CallId }
  /** As soon as the second party has acknowledged, the two are left to each other. */
  | { type: 'pair.joins' }
  /** The one the user hears is being ended, and he will be with the other. */
  | { type: 'pair.ends' }
  /** One of the two is over, for this reason. */
  | { type: 'pair.left'; survivor: CallId; standing: Standing; cause: HangupCause }
  /** The two parties are to be joined; the user is out. `ringing`: `second` is still being called. */
  | { type: 'pair.joined'; first: CallId; second: CallId; ringing: boolean };

/** How the one that is left stands: the user talks to it, or it is held, or it was not there yet, or not any more. */
export type Standing = 'heard' | 'held' | 'waiting' | 'answering' | 'called' | 'announced' | 'ending';

/** What the pair is told: presses under the parallel message, and what becomes of its calls. */
export type PairEvent =
  | { type: 'switch' | 'transfer' | 'decline' | 'end'; version: number }
  /** `Cancel` of the one that is being called. */
  | { type: 'giveUp'; call: CallId }
  | CallReport;

export interface PairInput {
  readonly user: UserId;
  readonly voiceLeg: VoiceLegId;
  /** The call the user is in. */
  readonly current: CallLabel;
  /** incoming: it waits; outgoing: it is being called. */
  readonly other: CallLabel;
  /** `current` has not answered either. */
  readonly early: boolean;
  /** The party that is being called is heard already: an announcement takes the place of our ringback. */
  readonly announces: boolean;
}
