import type { CallLabel } from './call-label.ts';
import type { HangupCause } from './hangup-cause.ts';

/** Product §9. */
export type SecondCallNotice =
  /** The parallel message. `current` is the one the user hears, `other` the one he does not. */
  | {
      readonly kind: 'parallel';
      readonly state: ParallelState;
      readonly current: CallLabel;
      readonly other: CallLabel;
      /** Of this state: comes back with each press (D-39). */
      readonly version: number;
    }
  /** The held party hung up; talk with the current one goes on. */
  | { readonly kind: 'heldHungUp'; readonly held: CallLabel; readonly current: CallLabel }
  /** The parties were joined and the user is out; `ringing`: the second is still being called. */
  | {
      readonly kind: 'transferred';
      readonly first: CallLabel;
      readonly second: CallLabel;
      readonly ringing: boolean;
    }
  /**
   * The second party of a transfer was not reached. The user is rung for the first, or it waits for his call, or he could
   * not have it back and it is over.
   */
  | {
      readonly kind: 'transferFailed';
      readonly first: CallLabel;
      readonly second: CallLabel;
      readonly cause: HangupCause;
      readonly then: 'ringing' | 'waiting' | 'ended';
    }
  /** The far side put the user on hold. */
  | { readonly kind: 'heldByParty'; readonly label: CallLabel }
  /** The far side took the user back. */
  | { readonly kind: 'takenBack'; readonly label: CallLabel }
  /** A number while two calls run. */
  | { readonly kind: 'thirdNumber' };

/** How a user's two calls stand. */
export type ParallelState =
  /** `other` calls and is not answered yet. */
  | 'waiting'
  /** The same while `current` is being called and has not answered. */
  | 'early'
  /** `other` is being called, the user talks to `current`. */
  | 'ringing'
  /** `current` is being called and the user listens to that, `other` is held. */
  | 'listening'
  /** `other` answered before the user switched to it: held with music (D-52). */
  | 'answered'
  | 'held';
