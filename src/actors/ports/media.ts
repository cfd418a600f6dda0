import type { LegId } from '../../machines/model/ids.ts';
import type { DtmfDigit, ToneName } from '../../machines/model/tone.ts';

/** What the media plane noticed of one leg. */
export type MediaFact =
  | { readonly type: 'media.started' }
  /** Nothing authenticated from the peer for 2 s. */
  | { readonly type: 'media.lost' }
  | { readonly type: 'media.back' }
  /** A key came from the peer, by RFC 4733 or, where that was not negotiated, in the voice; told once. */
  | { readonly type: 'key.heard'; readonly digit: DtmfDigit };

/** Who hears what. Commands are idempotent, take effect at the next 20 ms tick, and ignore legs that are gone. */
export interface Media {
  /** Both hear each other; replaces what either heard before. */
  connect(a: LegId, b: LegId): void;
  /** `listener` hears `speaker` (undefined: nobody; himself: an echo); the other direction stays as it is. */
  hear(listener: LegId, speaker: LegId | undefined): void;
  /** Plays a tone to a leg until stopped, or as often as its pattern says; replaces the tone that plays. */
  playTone(leg: LegId, tone: ToneName): void;
  stopTone(leg: LegId): void;
  /** Hold music to a leg that hears nobody, until it hears somebody again or a tone is played. */
  playMusic(leg: LegId): void;
  /** Whether RFC 4733 was negotiated for this leg. */
  takesEvents(leg: LegId): boolean;
  /** The codec that was negotiated for this leg, as a line names it. */
  codecOf(leg: LegId): string | undefined;
  /** Queues a key press to a leg (100 ms, pause 70 ms; at most 64 wait); `inband` replaces the voice for its length. */
  sendDtmf(leg: LegId, digit: DtmfDigit, method: 'rfc2833' | 'inband'): void;
  /** The peer of this leg pressed a key, as its signalling told (SIP INFO): who hears it hears the key, and no fact comes of it. */
  keyHeard(leg: LegId, digit: DtmfDigit): void;
  /** Facts of one leg, from now on. Returns the unsubscribe. */
  watch(leg: LegId, listener: (fact: MediaFact) => void): () => void;
}
