import type { LegId, UserId } from '../../machines/model/ids.ts';

/** A codec as a line names it (product §3.4). */
export type CodecName = 'opus' | 'alaw' | 'mulaw' | 'g722' | 'gsm';

/** One direction-independent result of offer and answer (RFC 3264) for the audio stream. */
export interface RtpSession {
  readonly remote: { readonly host: string; readonly port: number };
  readonly codec: {
    readonly name: CodecName;
    /** What we send; the peer's numbers. */
    readonly sendPayloadType: number;
    /** What we receive; our numbers. */
    readonly receivePayloadType: number;
    /** Milliseconds per packet the peer wants; 20 unless it said so. */
    readonly ptimeMs: number;
  };
  /** RFC 4733, where negotiated. */
  readonly telephoneEvent?: {
    readonly sendPayloadType: number;
    readonly receivePayloadType: number;
    readonly clockRateHz: number;
  };
  /** Seen from us. */
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

/** Plain RTP endpoints of SIP legs, as the SIP adapter needs them. */
export interface RtpLegs {
  /** Codecs this installation can code and decode, best first. */
  readonly codecs: readonly CodecName[];
  /** Opens the leg's socket: even port, RTCP on the next. `group` = legs that may ever be joined. Again: the same address. */
  open(leg: LegId, group: UserId): Promise<{ readonly host: string; readonly port: number }>;
  /** Applies what was negotiated; again after each re-INVITE. */
  apply(leg: LegId, session: RtpSession): void;
  close(leg: LegId): void;
}
