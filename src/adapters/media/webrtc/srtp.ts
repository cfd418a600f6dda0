import { ReplayWindow } from './replay-window.ts';
import { Keystream, maxPacketBytes, PacketAuthenticator } from './srtp-crypto.ts';
import { deriveSessionKeys } from './srtp-keys.ts';

/** AES_CM_128_HMAC_SHA1_80 and AES_CM_128_HMAC_SHA1_32 (RFC 3711, RFC 4568 §6.2), by the length of the RTP tag. */
export type SrtpTagBytes = 10 | 4;

/** What `unprotect` answers instead of a length. Nothing has changed when it does. */
export const rejected = { malformed: -1, unauthenticated: -2, replayed: -3 } as const;

/** RTCP keeps the long tag under both profiles (RFC 4568 §6.2.2, RFC 5764 §4.1.2). */
const rtcpTagBytes = 10;
/** E flag and index. */
const rtcpIndexBytes = 4;
/** SSRCs a peer may use under one key; each costs a window. Audio needs one, a peer that also sends video a handful. */
const maxSources = 64;

/** How many bytes `protect` and `protectRtcp` may add. */
export const maxOverheadBytes = rtcpIndexBytes + rtcpTagBytes;

/** Encrypts and signs what we send under one master key. */
export class SrtpSender {
  readonly #tagBytes: number;
  readonly #rtp: Half;
  readonly #rtcp: Half;
  readonly #rollovers = new Map<number, { roc: number; lastSequence: number }>();
  #rtcpIndex = 0;

  constructor(masterKey: Buffer, masterSalt: Buffer, tagBytes: SrtpTagBytes = 10) {
    this.#tagBytes = tagBytes;
    this.#rtp = half('rtp', masterKey, masterSalt);
    this.#rtcp = half('rtcp', masterKey, masterSalt);
  }

  /**
   * Protects the RTP packet in `packet[0..length)` in place; `maxOverheadBytes` must be free behind it.
   * @returns the new length, or `rejected.malformed`
   */
  protect(packet: Buffer, length: number): number {
    const payload = payloadOffset(packet, length);
    if (payload < 0 || length + this.#tagBytes > packet.length || length > maxPacketBytes) return rejected.malformed;
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    const roc = this.#rollOver(ssrc, sequence);
    this.#rtp.keystream.apply(packet, payload, length, ssrc, roc, sequence);
    this.#rtp.authenticator.tag(packet, length, roc).copy(packet, length, 0, this.#tagBytes);
    return length + this.#tagBytes;
  }

  /** The same for an RTCP compound packet (RFC 3711 §3.4), always encrypted. */
  protectRtcp(packet: Buffer, length: number): number {
    if (length < 8 || length + maxOverheadBytes > packet.length || length > maxPacketBytes) return rejected.malformed;
    const ssrc = packet.readUInt32BE(4);
    const index = this.#rtcpIndex;
    // 2^31 packets are 340 years of reports: the key never lives to see the index repeat.
    this.#rtcpIndex = (index + 1) & 0x7fff_ffff;
    this.#rtcp.keystream.apply(packet, 8, length, ssrc, index >>> 16, index & 0xffff);
    packet.writeUInt32BE((index | 0x8000_0000) >>> 0, length);
    const end = length + rtcpIndexBytes;
    this.#rtcp.authenticator.tag(packet, end).copy(packet, end, 0, rtcpTagBytes);
    return end + rtcpTagBytes;
  }

  #rollOver(ssrc: number, sequence: number): number {
    const source = this.#rollovers.get(ssrc);
    if (source === undefined) {
      this.#rollovers.set(ssrc, { roc: 0, lastSequence: sequence });
      return 0;
    }
    const jump = sequence - source.lastSequence;
    // An older packet sent after the wrap belongs to the round before and must not turn the counter again.
    if (jump > 0x8000) return (source.roc - 1) >>> 0;
    if (jump < -0x8000) source.roc = (source.roc + 1) >>> 0;
    if (jump > 0 || jump < -0x8000) source.lastSequence = sequence;
    return source.roc;
  }
}

/** Checks and decrypts what one peer sends under one master key. */
export class SrtpReceiver {
  readonly #tagBytes: number;
  readonly #rtp: Half;
  readonly #rtcp: Half;
  readonly #sources = new Map<number, ReplayWindow>();
  readonly #rtcpSources = new Map<number, ReplayWindow>();

  constructor(masterKey: Buffer, masterSalt: Buffer, tagBytes: SrtpTagBytes = 10) {
    this.#tagBytes = tagBytes;
    this.#rtp = half('rtp', masterKey, masterSalt);
    this.#rtcp = half('rtcp', masterKey, masterSalt);
  }

  /**
   * Decrypts the SRTP packet in `packet[0..length)` in place.
   * @returns the length of the plain packet, or one of `rejected`
   */
  unprotect(packet: Buffer, length: number): number {
    const plain = length - this.#tagBytes;
    const payload = payloadOffset(packet, plain);
    if (payload < 0 || length > packet.length || length > maxPacketBytes) return rejected.malformed;
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    const known = this.#sources.get(ssrc);
    if (known === undefined && this.#sources.size >= maxSources) return rejected.unauthenticated;
    const roc = guessRollOver(known?.highest ?? -1, sequence);
    if (roc < 0) return rejected.replayed;
    const index = roc * 0x1_0000 + sequence;
    if (known?.refuses(index)) return rejected.replayed;
    if (!this.#rtp.authenticator.matches(packet, plain, this.#tagBytes, roc)) return rejected.unauthenticated;
    this.#rtp.keystream.apply(packet, payload, plain, ssrc, roc, sequence);
    windowOf(this.#sources, ssrc, known).mark(index);
    return plain;
  }

  /** The same for SRTCP. A packet with the E flag unset is authenticated but not encrypted (RFC 3711 §3.4). */
  unprotectRtcp(packet: Buffer, length: number): number {
    const plain = length - maxOverheadBytes;
    if (plain < 8 || length > packet.length || length > maxPacketBytes) return rejected.malformed;
    const ssrc = packet.readUInt32BE(4);
    const word = packet.readUInt32BE(plain);
    const index = word & 0x7fff_ffff;
    const known = this.#rtcpSources.get(ssrc);
    if (known === undefined && this.#rtcpSources.size >= maxSources) return rejected.unauthenticated;
    if (known?.refuses(index)) return rejected.replayed;
    if (!this.#rtcp.authenticator.matches(packet, plain + rtcpIndexBytes, rtcpTagBytes))
      return rejected.unauthenticated;
    if (word >>> 31 === 1) this.#rtcp.keystream.apply(packet, 8, plain, ssrc, index >>> 16, index & 0xffff);
    windowOf(this.#rtcpSources, ssrc, known).mark(index);
    return plain;
  }
}

interface Half {
  readonly keystream: Keystream;
  readonly authenticator: PacketAuthenticator;
}

const half = (kind: 'rtp' | 'rtcp', masterKey: Buffer, masterSalt: Buffer): Half => {
  const keys = deriveSessionKeys(kind, masterKey, masterSalt);
  return { keystream: new Keystream(keys), authenticator: new PacketAuthenticator(keys) };
};

const windowOf = (windows: Map<number, ReplayWindow>, ssrc: number, known: ReplayWindow | undefined): ReplayWindow => {
  if (known !== undefined) return known;
  const window = new ReplayWindow();
  windows.set(ssrc, window);
  return window;
};

/** Where the payload begins behind CSRCs and header extension (RFC 3550 §5.1), or −1 when the packet is not RTP. */
const payloadOffset = (packet: Buffer, length: number): number => {
  if (length < 12 || length > packet.length) return -1;
  const first = packet[0]!;
  if (first >>> 6 !== 2) return -1;
  let offset = 12 + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (offset + 4 > length) return -1;
    offset += 4 + packet.readUInt16BE(offset + 2) * 4;
  }
  return offset > length ? -1 : offset;
};

/** RFC 3711 §3.3.1: the roll-over counter that puts the sequence number nearest to the highest one seen; −1 before the start. */
const guessRollOver = (highest: number, sequence: number): number => {
  if (highest < 0) return 0;
  const roc = Math.floor(highest / 0x1_0000);
  const jump = sequence - (highest % 0x1_0000);
  if (jump > 0x8000) return roc - 1;
  return jump < -0x8000 ? roc + 1 : roc;
};
