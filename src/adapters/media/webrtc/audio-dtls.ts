import {
  type DtlsSocket,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  type RTCIceTransport,
} from 'werift';
import { contentType, type DtlsRecord, recordsOf } from './dtls-records.ts';
import { faultInHandshake } from './handshake-proof.ts';
import { masterKeyBytes, masterSaltBytes } from './srtp-keys.ts';

/** Master keys of both directions (RFC 5764 §4.2). */
export interface SrtpMasterKeys {
  readonly localKey: Buffer;
  readonly localSalt: Buffer;
  readonly remoteKey: Buffer;
  readonly remoteSalt: Buffer;
}

const finished = 20;
/** Ends werift's retransmission: it compares this with the flight it waits for. */
const beyondLastFlight = 99;

/**
 * DTLS of one leg: werift's, without its SRTP and with the checks it leaves out.
 *
 * Offers profile 0x0001 only, which every peer must have (RFC 8827 §6.5) and which costs half of GCM here.
 */
export class AudioDtls extends RTCDtlsTransport {
  #peerFinished: Buffer | undefined;
  #established = false;
  #onAlert: (description: number) => void = () => {};

  constructor(ice: RTCIceTransport, certificate: RTCDtlsTransport['localCertificate']) {
    super({}, ice, certificate, [ProtectionProfileAes128CmHmacSha1_80]);
  }

  /** SHA-256 of our certificate, upper-case hex with colons. */
  get fingerprint(): string {
    return this.localParameters.fingerprints[0]?.value.toUpperCase() ?? '';
  }

  /**
   * Makes the handshake over the connected ICE transport.
   * @param onAlert gets the description of any alert the peer sends afterwards (RFC 5246 §7.2); 0 is its good-bye
   * @throws Error when it fails, when the certificate is not the one of `fingerprint`, or when the peer does not hold its key
   */
  async connect(
    role: 'client' | 'server',
    fingerprint: string,
    onAlert: (description: number) => void,
  ): Promise<SrtpMasterKeys> {
    this.role = role;
    const peerRole = role === 'client' ? 'server' : 'client';
    this.setRemoteParams(new RTCDtlsParameters([new RTCDtlsFingerprint('sha-256', fingerprint)], peerRole));
    this.#onAlert = onAlert;
    const started = this.start();
    this.#keepFinished();
    await started;
    this.#established = true;
    return this.#socket().extractSessionKeys(masterKeyBytes, masterSaltBytes);
  }

  /** werift calls this once the fingerprint matched and before it reports success: the place to refuse. Its SRTP is not used. */
  override startSrtp(): void {
    const { dtls, cipher, srtp } = this.#socket();
    if (srtp.srtpProfile !== ProtectionProfileAes128CmHmacSha1_80)
      throw new Error('peer does not speak SRTP profile 0x0001');
    const role = this.role === 'client' ? 'client' : 'server';
    const local = cipher.localRandom.serialize();
    const remote = cipher.remoteRandom.serialize();
    const fault = faultInHandshake({
      role,
      transcript: dtls.sortedHandshakeCache,
      peerFinished: this.#peerFinished,
      peerCertificate: cipher.remoteCertificate ?? Buffer.alloc(0),
      peerPublicKey: cipher.remoteKeyPair.publicKey ?? Buffer.alloc(0),
      clientRandom: role === 'client' ? local : remote,
      serverRandom: role === 'client' ? remote : local,
      masterSecret: cipher.masterSecret,
    });
    if (fault !== undefined) throw new Error(fault);
  }

  /**
   * What of a datagram may reach werift, which believes plaintext alerts and begins anew at any ClientHello: while the
   * handshake runs, everything but alerts; afterwards only protected records. Alerts are read here.
   */
  admit(datagram: Buffer): readonly Buffer[] {
    const records = recordsOf(datagram);
    const admitted = records.filter((record) => this.#admits(record));
    return admitted.length === records.length ? [datagram] : admitted.map(({ whole }) => whole);
  }

  /** Ends a handshake under way; the timers of werift's last retransmission run out by themselves within 6 s. */
  abandon(): void {
    this.#onAlert = () => {};
    if (this.dtls !== undefined) this.dtls.dtls.flight = beyondLastFlight;
  }

  #admits(record: DtlsRecord): boolean {
    switch (record.contentType) {
      case contentType.alert:
        if (this.#established && record.epoch > 0) this.#readAlert(record);
        return false;
      case contentType.handshake:
      case contentType.changeCipherSpec:
        return !this.#established || record.epoch > 0;
      case contentType.applicationData:
        return record.epoch > 0;
      default:
        return false;
    }
  }

  #readAlert({ contentType: type, version, epoch, sequenceNumber, fragment }: DtlsRecord): void {
    const { cipher, sessionType } = this.#socket();
    const header = { type, version: (version.major << 8) | version.minor, epoch, sequenceNumber };
    try {
      const alert = cipher.cipher.decrypt(sessionType, fragment, header);
      if (alert.length === 2) this.#onAlert(alert.readUInt8(1));
    } catch {
      // Not from the peer.
    }
  }

  /** As a client, werift neither checks nor keeps the server's Finished. */
  #keepFinished(): void {
    const socket = this.#socket();
    const handle = socket.onHandleHandshakes;
    socket.onHandleHandshakes = (assembled) => {
      this.#peerFinished ??= assembled.find((message) => message.msg_type === finished)?.fragment;
      return handle(assembled);
    };
  }

  #socket(): DtlsSocket {
    if (this.dtls === undefined) throw new Error('DTLS was not started');
    return this.dtls;
  }
}
