import { RTCDtlsTransport } from 'werift';
import type { IceServer, WebRtcFact } from '../../../actors/ports/webrtc-legs.ts';
import { noTroubles, type PacketTransport, type TransportTroubles } from '../packet-transport.ts';
import { AudioDtls } from './audio-dtls.ts';
import { parseCandidate } from './candidates.ts';
import { DataChannel } from './data-channel.ts';
import { handshakeTurn } from './handshake-turns.ts';
import { IceAgent } from './ice-agent.ts';
import type { Address, LocalPath } from './local-path.ts';
import { rejected, SrtpReceiver, SrtpSender } from './srtp.ts';

export interface WebRtcTransportOptions {
  readonly role: 'caller' | 'callee';
  readonly servers: readonly IceServer[];
  readonly relayOnly: boolean;
  /** The only local addresses to gather on, for example `['127.0.0.1']`; without it, those of all interfaces but loopback. */
  readonly addresses?: readonly string[];
  /** UDP ports for host candidates, both inclusive. */
  readonly portRange?: readonly [number, number];
  /** Monotonic milliseconds: what `onRtp`, `onRtcp` and `onAlive` are given. */
  readonly now: () => number;
}

/** One side's ICE and DTLS parameters (RFC 8839, RFC 8122). */
export interface TransportParameters {
  readonly ufrag: string;
  readonly pwd: string;
  /** SHA-256 of the certificate: hex with colons. */
  readonly fingerprint: string;
}

/** Packets that did not get through, by reason. */
export interface RejectedPackets extends TransportTroubles {
  malformed: number;
  /** Came before there were keys. */
  early: number;
}

/** From the peer's parameters to the first audio. Whoever placed the call gives up earlier; this frees what it forgot. */
const connectMs = 30_000;
/** RFC 5246 §7.2. */
const closeNotify = 0;
const iceCharacters = /^[A-Za-z0-9+/=_-]+$/;
const fingerprintShape = /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i;

/**
 * Audio and one data channel to one WebRTC peer: ICE, DTLS-SRTP, SCTP, driven by signalling fields instead of SDP.
 *
 * The first trouble that cannot be mended is told as `failed`, the peer's good-bye as `closed`; after them and after `close` nothing more is told or sent.
 */
export class WebRtcTransport implements PacketTransport {
  onRtp: PacketTransport['onRtp'];
  onRtcp: PacketTransport['onRtcp'];
  onAlive: PacketTransport['onAlive'];
  readonly #options: WebRtcTransportOptions;
  readonly #listener: (fact: WebRtcFact) => void;
  readonly #ice: IceAgent;
  readonly #rejected: RejectedPackets = { ...noTroubles(), malformed: 0, early: 0 };
  #dtls: AudioDtls | undefined;
  #channel: DataChannel | undefined;
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;
  #peer: { readonly fingerprint: string; readonly dtlsRole: 'client' | 'server' } | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #over = false;

  constructor(options: WebRtcTransportOptions, listener: (fact: WebRtcFact) => void) {
    this.#options = options;
    this.#listener = listener;
    this.#ice = new IceAgent(options, {
      candidate: (sdpString) => this.#tell({ type: 'candidate', sdpString }),
      media: (path, packet, from) => this.#receive(path, packet, from),
      admitDtls: (datagram) => this.#dtls?.admit(datagram) ?? [],
      alive: () => this.#alive(),
      connected: () => void this.#shakeHands(),
      failed: () => this.#fail('the peer does not answer any more'),
    });
  }

  /** Begins to gather; candidates follow as facts. */
  async open(): Promise<TransportParameters> {
    const certificate = await RTCDtlsTransport.SetupCertificate();
    if (!this.#over && this.#dtls === undefined) {
      const dtls = new AudioDtls(this.#ice.transport, certificate);
      this.#dtls = dtls;
      this.#channel = new DataChannel(dtls, this.#options.role, {
        opened: () => this.#tell({ type: 'channelOpen' }),
        text: (text) => this.#tell({ type: 'text', text }),
      });
      void this.#ice.gather();
    }
    return this.#local();
  }

  /**
   * The peer's parameters; to be called after `open` has answered. Called again with other ICE parameters, it is an ICE restart:
   * DTLS and SRTP go on. Parameters no peer can mean are told as `failed`.
   * @param dtlsRole ours
   * @returns our parameters: new ones after a restart
   */
  async setRemote(remote: TransportParameters, dtlsRole: 'client' | 'server'): Promise<TransportParameters> {
    const fingerprint = remote.fingerprint.toUpperCase();
    if (!isPlausible(remote)) this.#fail('malformed ICE or DTLS parameters');
    // Another certificate is another DTLS endpoint; to meet that, a new leg is needed.
    else if (this.#peer !== undefined && this.#peer.fingerprint !== fingerprint) this.#fail('fingerprint changed');
    else if (!this.#over) {
      this.#peer ??= { fingerprint, dtlsRole };
      this.#deadline ??= setTimeout(() => this.#fail(`no connection within ${connectMs / 1000} s`), connectMs);
      this.#ice.setRemote(remote);
    }
    return this.#local();
  }

  /** A candidate of the peer; those we cannot use are passed over. */
  addCandidate(sdpString: string): void {
    const candidate = parseCandidate(sdpString);
    if (candidate !== undefined && !this.#over) this.#ice.addCandidate(candidate);
  }

  sendText(text: string): void {
    this.#channel?.sendText(text);
  }

  sendRtp(packet: Buffer, length: number): void {
    const slot = this.#slotFor(length);
    if (slot === undefined || this.#sender === undefined) return;
    packet.copy(slot, 0, 0, length);
    const protectedLength = this.#sender.protect(slot, length);
    if (protectedLength > 0) this.#ice.send(slot, protectedLength);
  }

  sendRtcp(packet: Buffer, length: number): void {
    const slot = this.#slotFor(length);
    if (slot === undefined || this.#sender === undefined) return;
    packet.copy(slot, 0, 0, length);
    const protectedLength = this.#sender.protectRtcp(slot, length);
    if (protectedLength > 0) this.#ice.send(slot, protectedLength);
  }

  get troubles(): Readonly<TransportTroubles> {
    return this.#rejected;
  }

  get rejectedPackets(): Readonly<RejectedPackets> {
    return this.#rejected;
  }

  /** STUN requests that were not from somebody who knows our password. */
  get refusedStun(): number {
    return this.#ice.refusedStun;
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#deadline);
    this.#sender = undefined;
    this.#receiver = undefined;
    this.#channel?.close();
    this.#dtls?.abandon();
    this.#ice.close();
  }

  #local(): TransportParameters {
    return { ufrag: this.#ice.ufrag, pwd: this.#ice.pwd, fingerprint: this.#dtls?.fingerprint ?? '' };
  }

  /** ICE found a way: make the keys, one handshake per thread at a time. */
  async #shakeHands(): Promise<void> {
    const dtls = this.#dtls;
    const peer = this.#peer;
    if (dtls === undefined || peer === undefined) return;
    const end = await handshakeTurn();
    try {
      if (this.#over) return;
      const keys = await dtls.connect(peer.dtlsRole, peer.fingerprint, (alert) => this.#alerted(alert));
      // It may have been closed while it waited.
      if (this.#isOver()) return;
      this.#sender = new SrtpSender(keys.localKey, keys.localSalt);
      this.#receiver = new SrtpReceiver(keys.remoteKey, keys.remoteSalt);
      clearTimeout(this.#deadline);
      this.#tell({ type: 'connected' });
      this.#channel?.start();
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause.message : 'DTLS failed');
    } finally {
      end();
    }
  }

  #slotFor(length: number): Buffer | undefined {
    if (this.#sender === undefined || length < 8) return undefined;
    const slot = this.#ice.slot();
    return slot !== undefined && length + 32 <= slot.length ? slot : undefined;
  }

  #receive(path: LocalPath, packet: Buffer, from: Address): void {
    if (this.#receiver === undefined || packet.length < 2) {
      this.#rejected.early++;
      return;
    }
    // RFC 5761 §4: with RTP and RTCP on one port, payload types 64 to 95 are RTCP's.
    const second = packet.readUInt8(1);
    const isRtcp = second >= 192 && second < 224;
    const length = isRtcp
      ? this.#receiver.unprotectRtcp(packet, packet.length)
      : this.#receiver.unprotect(packet, packet.length);
    if (length < 0) {
      this.#reject(length);
      return;
    }
    const nowMs = this.#options.now();
    if (this.#ice.heardFrom(path, from)) this.onAlive?.(nowMs);
    if (isRtcp) this.onRtcp?.(packet, length, nowMs);
    else this.onRtp?.(packet, length, nowMs);
  }

  #reject(reason: number): void {
    if (reason === rejected.malformed) this.#rejected.malformed++;
    else if (reason === rejected.replayed) this.#rejected.replayed++;
    else this.#rejected.unauthenticated++;
  }

  #alive(): void {
    if (!this.#over) this.onAlive?.(this.#options.now());
  }

  #alerted(description: number): void {
    if (description !== closeNotify) return this.#fail(`DTLS alert ${description}`);
    this.#tell({ type: 'closed' });
    this.close();
  }

  #fail(detail: string): void {
    if (this.#over) return;
    this.#tell({ type: 'failed', detail });
    this.close();
  }

  #tell(fact: WebRtcFact): void {
    if (!this.#over) this.#listener(fact);
  }

  #isOver(): boolean {
    return this.#over;
  }
}

/** RFC 8839 §5.4: fragments of 4 to 256, passwords of 22 to 256 ice-chars. Browsers and Telegram also use `-` and `_`. */
const isPlausible = ({ ufrag, pwd, fingerprint }: TransportParameters): boolean =>
  ufrag.length >= 4 &&
  ufrag.length <= 256 &&
  pwd.length >= 22 &&
  pwd.length <= 256 &&
  iceCharacters.test(ufrag) &&
  iceCharacters.test(pwd) &&
  fingerprintShape.test(fingerprint);
