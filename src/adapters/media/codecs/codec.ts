import type { CodecName } from '../../../actors/ports/rtp-legs.ts';

/**
 * One coder and one decoder of one leg. PCM is mono Int16 at `rateHz`; a codec object never crosses threads. No method
 * throws for any packet.
 */
export interface AudioCodec {
  readonly name: CodecName;
  /** Of the PCM. */
  readonly rateHz: number;
  /** Of RTP timestamps: 48000 for Opus at any PCM rate, 8000 for G.722 although it carries 16 kHz (RFC 3551 §4.5.2). */
  readonly rtpClockHz: number;
  /** Has a concealment of its own: `decode(undefined, …)` continues the sound. */
  readonly conceals: boolean;
  /** `decodeFec` may work. */
  readonly recovers: boolean;
  /** Codes the first `samples` of `pcm` into `out`; returns bytes, 0 when it cannot. */
  encode(pcm: Int16Array, samples: number, out: Uint8Array): number;
  /**
   * Decodes the first `length` bytes to `pcm`; returns samples, 0 for a malformed packet. Without a packet: conceals
   * 20 ms, 0 where the codec cannot.
   */
  decode(packet: Uint8Array | undefined, length: number, pcm: Int16Array): number;
  /** The lost packet before this one from its redundancy; `samples` = length of the loss. 0: there is none. */
  decodeFec(packet: Uint8Array, length: number, pcm: Int16Array, samples: number): number;
  /** Duration of a packet in samples at `rateHz`, without decoding; 0 when malformed. */
  packetSamples(packet: Uint8Array, length: number): number;
  /** Loss the peer reports, for coders that protect against it. */
  expectLoss(percent: number): void;
  /** Fewer cycles for worse sound, or back. */
  setComplexity(complexity: number): void;
  free(): void;
}

/** Opus for a file: one encoder, one or two channels, cheapest complexity. No method throws. */
export interface RecordingCoder {
  /** Codes 20 ms, channels interleaved; returns bytes, 0 when it cannot. */
  encode(pcm: Int16Array, out: Uint8Array): number;
  free(): void;
}

/** Milliseconds one packet may carry: longest legal Opus packet (RFC 6716 §3.4, R5). */
export const longestPacketMs = 120;

/** Of Opus, 0–10: more costs more than it is heard. */
export const usualComplexity = 5;
