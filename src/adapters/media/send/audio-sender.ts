import type { AudioCodec } from '../codecs/codec.ts';
import type { PacketTransport } from '../packet-transport.ts';
import { rtpHeaderBytes, writeRtpHeader } from '../rtp.ts';
import { Relay, type RelayedPacket } from './relay.ts';

const frameMs = 20;
const longestPtimeMs = 60;
/** What a packet that is passed on may have, so that with headers and SRTP it fits an Ethernet frame. Ours are shorter. */
const longestPayloadBytes = 1400;
/** What SRTP appends: tag and, for RTCP, index. */
const trailerBytes = 32;
/** `dgram` may hold a packet a little longer than the call when the socket's buffer is full. */
const packetsInFlight = 8;
/** Opus frames have these lengths only (RFC 6716 §2.1.4). */
const opusPtimesMs = [60, 40, 20, 10];

/** What to send audio as. */
export interface SendFormat {
  readonly codec: AudioCodec;
  readonly payloadType: number;
  /** Wanted by the peer; rounded to what the codec can do, 10–60. */
  readonly ptimeMs: number;
}

/** A key press in progress (RFC 4733 §2.3). */
export interface KeyEvent {
  readonly payloadType: number;
  /** 0–15. */
  readonly event: number;
  readonly clockRateHz: number;
  /** From the beginning of the press to the end of this tick. */
  readonly elapsedMs: number;
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Our one RTP stream of a leg: one SSRC, sequence numbers and timestamps that go on through codecs, key presses and
 * pauses. Each tick exactly one of `send`, `sendKey`, `relayed` and `pass` is called.
 */
export class AudioSender {
  readonly ssrc: number;
  readonly #transport: PacketTransport;
  readonly #packets: readonly { buffer: Buffer; payload: Buffer }[];
  readonly #pending: Int16Array;
  #pendingSamples = 0;
  #packetIndex = 0;
  #format: SendFormat | undefined;
  #ptimeSamples = 0;
  #sequence: number;
  /** RTP time of the tick that comes. */
  #timestamp: number;
  #keyTimestamp = 0;
  #marker = true;
  /** While a peer's packets are passed on. */
  #relay: Relay | undefined;
  #relayedThisTick = false;
  /** Samples of the next frames that were passed on already, in a packet longer than the tick. */
  #alreadySent = 0;
  packets = 0;
  octets = 0;

  constructor(transport: PacketTransport, ssrc: number, random: () => number = Math.random) {
    this.#transport = transport;
    this.ssrc = ssrc;
    // Random beginnings make known-plaintext attacks on SRTP harder (RFC 3550 §5.1).
    this.#sequence = Math.floor(random() * 0x8000);
    this.#timestamp = Math.floor(random() * 0x1_0000_0000);
    this.#pending = new Int16Array((48_000 * (longestPtimeMs + frameMs)) / 1000);
    this.#packets = Array.from({ length: packetsInFlight }, () => {
      const buffer = Buffer.alloc(rtpHeaderBytes + longestPayloadBytes + trailerBytes);
      return { buffer, payload: buffer.subarray(rtpHeaderBytes, rtpHeaderBytes + longestPayloadBytes) };
    });
  }

  get format(): SendFormat | undefined {
    return this.#format;
  }

  /** RTP time of the tick that comes next. */
  get timestamp(): number {
    return this.#timestamp >>> 0;
  }

  /** From the next tick on. The marker tells the peer that the sound begins anew. */
  use(format: SendFormat | undefined): void {
    const same =
      format !== undefined &&
      this.#format?.payloadType === format.payloadType &&
      this.#format.codec.name === format.codec.name;
    this.#format = format;
    this.#pendingSamples = 0;
    this.#alreadySent = 0;
    if (!same) this.#relay = undefined;
    if (!same) this.#marker = true;
    if (format === undefined) return;
    this.#ptimeSamples = (format.codec.rateHz * usablePtimeMs(format)) / 1000;
  }

  /** 20 ms of sound at the codec's rate. */
  send(frame: Int16Array): void {
    const format = this.#format;
    if (format === undefined) return this.pass();
    const { codec } = format;
    const samples = (codec.rateHz * frameMs) / 1000;
    this.#endRelay(format);
    if (this.#alreadySent > 0) return this.#sendRest(format, frame, samples);
    if (this.#pendingSamples === 0 && this.#ptimeSamples === samples) {
      this.#sendPacket(format, frame, samples, this.#timestamp);
    } else {
      this.#sendPending(format, frame, samples);
    }
    this.#advance(frameMs);
  }

  sendKey(key: KeyEvent): void {
    this.#pendingSamples = 0;
    if (this.#relay !== undefined) this.#timestamp = this.#relay.end;
    this.#relay = undefined;
    this.#alreadySent = 0;
    if (key.first) this.#keyTimestamp = this.#timestamp;
    const { buffer, payload } = this.#nextPacket();
    payload[0] = key.event;
    payload[1] = (key.last ? 0x80 : 0) | volume;
    payload.writeUInt16BE(Math.min(0xffff, Math.round((key.elapsedMs * key.clockRateHz) / 1000)), 2);
    // The end is told three times (RFC 4733 §2.5.1.4), at once: the sound that follows has later timestamps.
    for (let copy = 0; copy < (key.last ? endCopies : 1); copy++) {
      writeRtpHeader(buffer, key.payloadType, key.first && copy === 0, this.#sequence++, this.#keyTimestamp, this.ssrc);
      this.#transmit(buffer, eventBytes);
    }
    this.#advance(frameMs);
  }

  /** Sends a peer's packet as it is, before this tick's `relayed`. */
  relay(packet: RelayedPacket, durationTicks: number): void {
    const format = this.#format;
    if (format === undefined || packet.length > longestPayloadBytes) return;
    if (this.#relay === undefined) {
      const pendingTicks = this.#pendingSamples * (format.codec.rtpClockHz / format.codec.rateHz);
      this.#timestamp = modulo(this.#timestamp - pendingTicks);
      this.#pendingSamples = 0;
      this.#alreadySent = 0;
      this.#relay = new Relay();
    }
    const { lost, timestamp } = this.#relay.place(packet, durationTicks, this.#timestamp);
    this.#sequence += lost;
    const { buffer } = this.#nextPacket();
    packet.payload.copy(buffer, rtpHeaderBytes, 0, packet.length);
    writeRtpHeader(buffer, format.payloadType, this.#marker, this.#sequence++, timestamp, this.ssrc);
    this.#marker = false;
    this.#relayedThisTick = true;
    this.#transmit(buffer, packet.length);
  }

  /** A tick of passing on; `aheadMs`: how much of what was passed on will only be played in later ticks. */
  relayed(aheadMs: number): void {
    const relay = this.#relay;
    if (relay === undefined || !this.#relayedThisTick) return this.#advance(frameMs);
    this.#relayedThisTick = false;
    this.#timestamp = modulo(relay.end - Math.round(aheadMs * 48));
  }

  /** A tick in which nothing is sent: time goes on, sequence numbers do not. */
  pass(): void {
    this.#pendingSamples = 0;
    this.#relay = undefined;
    this.#alreadySent = 0;
    this.#marker = true;
    this.#advance(frameMs);
  }

  /** Ticks that never happened. */
  skip(missedMs: number): void {
    this.#advance(missedMs);
  }

  /** What was passed on last may reach into the frames that follow: they are sent from there on. */
  #endRelay({ codec }: SendFormat): void {
    if (this.#relay === undefined) return;
    const aheadTicks = (this.#relay.end - this.#timestamp) | 0;
    this.#relay = undefined;
    this.#alreadySent = aheadTicks > 0 ? Math.round((aheadTicks * codec.rateHz) / codec.rtpClockHz) : 0;
  }

  #sendRest(format: SendFormat, frame: Int16Array, samples: number): void {
    const from = Math.min(samples, this.#alreadySent);
    this.#alreadySent -= from;
    this.#pending.set(frame.subarray(from, samples), this.#pendingSamples);
    this.#pendingSamples += samples - from;
    this.#advance(frameMs);
    this.#flush(format, this.#timestamp - this.#pendingSamples * (format.codec.rtpClockHz / format.codec.rateHz));
  }

  #sendPending(format: SendFormat, frame: Int16Array, samples: number): void {
    this.#pending.set(frame.length === samples ? frame : frame.subarray(0, samples), this.#pendingSamples);
    const { codec } = format;
    const ticksPerSample = codec.rtpClockHz / codec.rateHz;
    const timestamp = this.#timestamp - this.#pendingSamples * ticksPerSample;
    this.#pendingSamples += samples;
    this.#flush(format, timestamp);
  }

  /** `timestamp` of the first sample that waits. */
  #flush(format: SendFormat, from: number): void {
    const ticksPerSample = format.codec.rtpClockHz / format.codec.rateHz;
    let timestamp = modulo(from);
    while (this.#pendingSamples >= this.#ptimeSamples) {
      this.#sendPacket(format, this.#pending, this.#ptimeSamples, timestamp);
      this.#pending.copyWithin(0, this.#ptimeSamples, this.#pendingSamples);
      this.#pendingSamples -= this.#ptimeSamples;
      timestamp += this.#ptimeSamples * ticksPerSample;
    }
  }

  #sendPacket(format: SendFormat, pcm: Int16Array, samples: number, timestamp: number): void {
    const { buffer, payload } = this.#nextPacket();
    const bytes = format.codec.encode(pcm, samples, payload);
    if (bytes === 0) return;
    writeRtpHeader(buffer, format.payloadType, this.#marker, this.#sequence++, timestamp, this.ssrc);
    this.#marker = false;
    this.#transmit(buffer, bytes);
  }

  #transmit(buffer: Buffer, payloadBytes: number): void {
    this.packets++;
    this.octets += payloadBytes;
    this.#transport.sendRtp(buffer, rtpHeaderBytes + payloadBytes);
  }

  #nextPacket() {
    this.#packetIndex = (this.#packetIndex + 1) % packetsInFlight;
    return this.#packets[this.#packetIndex] as { buffer: Buffer; payload: Buffer };
  }

  #advance(ms: number): void {
    this.#timestamp = (this.#timestamp + (ms * (this.#format?.codec.rtpClockHz ?? 8000)) / 1000) % 0x1_0000_0000;
  }
}

const modulo = (ticks: number): number => (ticks + 0x1_0000_0000) % 0x1_0000_0000;

/** −10 dBm0 (RFC 4733 §2.3.3). */
const volume = 10;
const eventBytes = 4;
const endCopies = 3;

const usablePtimeMs = ({ codec, ptimeMs }: SendFormat): number => {
  const wanted = Math.min(longestPtimeMs, Math.max(10, Math.floor(ptimeMs / 10) * 10));
  if (codec.name === 'opus') return opusPtimesMs.find((ms) => ms <= wanted) ?? frameMs;
  // GSM frames are 20 ms each (RFC 3551 §4.5.8).
  if (codec.name === 'gsm') return Math.max(frameMs, Math.floor(wanted / frameMs) * frameMs);
  return wanted;
};
