import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { UserId, VoiceLegId } from '../../machines/model/ids.ts';

/** What the user's side of one voice leg did. Facts may repeat and come late; nothing follows `user.hungUp`. */
export type VoiceLegFact =
  /** A device of the user rings. */
  | { readonly type: 'user.ringing' }
  /** The user took our call (key exchanged); media follows. */
  | { readonly type: 'user.answered' }
  /** ICE, DTLS and both audio directions are up. */
  | { readonly type: 'user.connected' }
  | { readonly type: 'user.hungUp'; readonly cause: HangupCause };

/** The user calls the chat account. */
export interface VoiceLegOffer {
  readonly voiceLegId: VoiceLegId;
  readonly userId: UserId;
}

/** Calls between users and the chat account. Methods return at once; what happens is told as facts. */
export interface TelegramCalls {
  /** Calls the user. A refusal is told as `user.hungUp` (privacy, blocked, flood, busy, declined, no-answer …). */
  ring(leg: VoiceLegId, user: UserId): void;
  /** Takes an offered call. */
  answer(leg: VoiceLegId): void;
  /** Ends the leg in whatever state it is, with the discard reason that fits. `user.hungUp` follows exactly once. */
  hangUp(leg: VoiceLegId, cause: HangupCause): void;
  /** Facts of one leg, also of one that is still to be made; those that already happened are told at once. Returns the unsubscribe. */
  watch(leg: VoiceLegId, listener: (fact: VoiceLegFact) => void): () => void;
  /** The one who takes offers. */
  onOffer(listener: (offer: VoiceLegOffer) => void): void;
}
