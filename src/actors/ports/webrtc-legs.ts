import type { LegId, UserId } from '../../machines/model/ids.ts';

/** Our half of ICE and DTLS, as signaling carries it. */
export interface WebRtcLocal {
  readonly ufrag: string;
  readonly pwd: string;
  /** SHA-256 of our certificate: upper-case hex with colons. */
  readonly fingerprint: string;
  /** Unsigned 32-bit SSRC of the audio we send. */
  readonly ssrc: number;
}

export interface IceServer {
  readonly kind: 'stun' | 'turn';
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** What a leg tells its owner. */
export type WebRtcFact =
  /** `sdpString` = `candidate:… typ …` without `a=`. */
  | { readonly type: 'candidate'; readonly sdpString: string }
  /** ICE and DTLS are up; data and audio flow. */
  | { readonly type: 'connected' }
  /** A text message on the data channel `data`. */
  | { readonly type: 'text'; readonly text: string }
  /** The data channel opened. */
  | { readonly type: 'channelOpen' }
  /** The peer has closed it (DTLS close_notify, RFC 5246 §7.2.1) and says elsewhere why, if at all. Nothing follows. */
  | { readonly type: 'closed' }
  /** Could not be made, or broke for good (DTLS alert, wrong fingerprint, thread died). */
  | { readonly type: 'failed'; readonly detail: string };

/** ICE + DTLS-SRTP + one data channel, driven by fields instead of SDP (`RTCPeerConnection` has no part in it). */
export interface WebRtcLegs {
  /**
   * Creates the leg and gathers. `role` caller: ICE controlling, opens data channel 0; callee: controlled, waits for it.
   * `relayOnly`: neither host nor server-reflexive candidates are gathered or told.
   */
  open(
    leg: LegId,
    options: {
      readonly group: UserId;
      readonly role: 'caller' | 'callee';
      readonly servers: readonly IceServer[];
      readonly relayOnly: boolean;
    },
    listener: (fact: WebRtcFact) => void,
  ): Promise<WebRtcLocal>;
  /** The peer's half. `dtlsRole` is ours. A second call with a new ufrag is an ICE restart: answers the new local half. */
  setRemote(
    leg: LegId,
    remote: { readonly ufrag: string; readonly pwd: string; readonly fingerprint: string },
    dtlsRole: 'client' | 'server',
  ): Promise<WebRtcLocal>;
  addCandidate(leg: LegId, sdpString: string): void;
  /** From now on we send Opus with this payload type. Before, nothing is sent. */
  startSending(leg: LegId, payloadType: number): void;
  /** From now on Opus of this SSRC and payload type is heard. */
  startReceiving(leg: LegId, ssrc: number, payloadType: number): void;
  sendText(leg: LegId, text: string): void;
  close(leg: LegId): void;
}
