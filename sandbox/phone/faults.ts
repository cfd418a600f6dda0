/** Ways in which a phone may differ from an honest native client, for tests of whoever talks to it. */
export interface PhoneFaults {
  /** As caller: reveals a g_a that does not match its hash. */
  readonly wrongGA?: boolean;
  /** As caller: confirms with another key's fingerprint. */
  readonly wrongFingerprint?: boolean;
  /** As callee: g_b = 1, with which everybody knows the key. */
  readonly weakGB?: boolean;
  /** Sends noise of several kinds before its signaling. */
  readonly garbageSignaling?: boolean;
  /** Opus under another payload type id than 111. */
  readonly payloadId?: number;
  /** As callee: its DTLS role; `passive` as natives when not given, `active` as web clients. */
  readonly setup?: 'active' | 'passive';
  /** Neither opens nor takes a data channel. */
  readonly noDataChannel?: boolean;
  /** Offers all the codecs and extensions of a browser, as web clients do. */
  readonly everyCodec?: boolean;
  /** As callee: introduces itself only once the caller's channels are known, as web clients do. */
  readonly waitsForChannels?: boolean;
}

/** A web client, as far as the other side can tell. */
export const webClient: PhoneFaults = { setup: 'active', everyCodec: true, waitsForChannels: true };
