export interface TransportTroubles {
  /** Packets of others that carry a tag no key of ours makes. */
  unauthenticated: number;
  /** Packets that came before. */
  replayed: number;
  /** The system did not take our packet. */
  sendErrors: number;
}

export const noTroubles = (): TransportTroubles => ({ unauthenticated: 0, replayed: 0, sendErrors: 0 });

/**
 * Carries RTP and RTCP of one leg between the media thread and the peer. The leg sees plain packets only; SRTP, where
 * there is any, is the transport's own.
 */
export interface PacketTransport {
  /** Sends the first `length` bytes of a plain RTP packet at once; `packet` has at least 32 free bytes behind; never throws. */
  sendRtp(packet: Buffer, length: number): void;
  /** Sends a plain compound RTCP packet (RFC 3550 §6.1); same terms as `sendRtp`. */
  sendRtcp(packet: Buffer, length: number): void;
  /** Plain (decrypted) packets; the buffer is valid only during the call. */
  onRtp: ((packet: Buffer, length: number, nowMs: number) => void) | undefined;
  /** Plain (decrypted) compound RTCP; the buffer is valid only during the call. */
  onRtcp: ((packet: Buffer, length: number, nowMs: number) => void) | undefined;
  /** Anything authenticated from the peer arrived. */
  onAlive: ((nowMs: number) => void) | undefined;
  /** Since it began. */
  readonly troubles: Readonly<TransportTroubles>;
  /** Frees sockets and keys; nothing is sent or reported afterwards. */
  close(): void;
}
