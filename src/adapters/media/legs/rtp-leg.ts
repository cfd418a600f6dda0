import type { RtpSession } from '../../../actors/ports/rtp-legs.ts';
import type { LegId } from '../../../machines/model/ids.ts';
import type { DtmfDigit } from '../../../machines/model/tone.ts';
import { type CodecLibrary, fixedRateHz } from '../codecs/library.ts';
import { Resampled } from '../graph/resampled.ts';
import type { PacketTransport } from '../packet-transport.ts';
import { AudioReceiver } from '../receive/audio-receiver.ts';
import { HeardKeys, type KeyWay } from '../receive/heard-keys.ts';
import { detectorRateHz, KeyDetector } from '../receive/key-detector.ts';
import { KeyReceiver, type ReceivedKey } from '../receive/key-receiver.ts';
import type { RtpFields } from '../rtp.ts';
import type { PressedKey } from '../send/key-presses.ts';
import type { LegKind } from '../totals.ts';
import { Leg, type LegEvents } from './leg.ts';

const startDelayMs = 40;
/** The peer may go on with the old codec for a while after a new one was agreed. */
const previousCodecMs = 2000;
const keepAliveMs = 15_000;
/** Comfort noise (RFC 3389): a static payload type that peers send also where it was not negotiated. */
const noisePayloadType = 13;
/** Until a codec is agreed: what most parties end up with. */
const likelyRateHz = 8000;

/** What a SIP leg needs of its sockets beside packets. */
export interface NegotiatedTransport extends PacketTransport {
  acceptsPayloadType: (payloadType: number) => boolean;
  readonly foreign: number;
  readonly counters: { readonly junk: number };
  connect(host: string, port: number): void;
  keepAlive(): void;
}

/** A party on the SIP side: plain RTP as offer and answer agreed. */
export class RtpLeg extends Leg {
  declare protected readonly transport: NegotiatedTransport;
  readonly #codecs: CodecLibrary;
  readonly #keys = new KeyReceiver();
  readonly #heardKeys = new HeardKeys();
  /** Only where keys cannot come as events. */
  #voiceKeys: { readonly detector: KeyDetector; readonly resampled: Resampled } | undefined;
  #session: RtpSession | undefined;
  #previous: { readonly receiver: AudioReceiver; readonly payloadType: number; readonly untilMs: number } | undefined;
  #flexibleRateHz = likelyRateHz;
  #ssrc: number | undefined;
  #nextKeepAliveMs = 0;
  #nowMs = 0;

  constructor(id: LegId, transport: NegotiatedTransport, ssrc: number, codecs: CodecLibrary, events: LegEvents) {
    super(id, transport, ssrc, events);
    this.#codecs = codecs;
    transport.acceptsPayloadType = (payloadType) => this.#accepts(payloadType);
  }

  override get kind(): LegKind {
    return 'sip';
  }

  override get fixedRateHz(): number | undefined {
    return this.#session === undefined ? likelyRateHz : fixedRateHz[this.#session.codec.name];
  }

  override get takesKeyEvents(): boolean {
    return this.#session?.telephoneEvent !== undefined;
  }

  override get listensForKeys(): boolean {
    return this.#voiceKeys !== undefined;
  }

  override get keySounding(): boolean {
    return this.#voiceKeys?.detector.sounding === true;
  }

  apply(session: RtpSession, nowMs: number): void {
    const before = this.#session;
    this.#session = session;
    this.#nowMs = nowMs;
    const { remote, codec } = session;
    // What packets taught of the peer's address outlives a description that says the same as before.
    if (before?.remote.host !== remote.host || before.remote.port !== remote.port) {
      this.transport.connect(remote.host, remote.port);
    }
    if (before?.codec.name !== codec.name) this.#useCodec(before, nowMs);
    else if (this.receiver !== undefined) this.#sendAs(this.receiver.codec);
    if (session.telephoneEvent !== undefined) this.#voiceKeys = undefined;
    else this.#voiceKeys ??= { detector: new KeyDetector(), resampled: new Resampled() };
    if (!this.#receives) this.liveness.excuse();
    else if (before === undefined || !receives(before)) this.liveness.expect(nowMs);
  }

  /** The party's signalling told a key that it pressed. */
  keyTold(digit: DtmfDigit): void {
    this.#tellKey(digit, 'info', this.#nowMs);
  }

  override useRate(rateHz: number): void {
    this.#flexibleRateHz = rateHz;
    const old = this.receiver?.codec;
    if (old === undefined || old.rateHz === rateHz || this.fixedRateHz !== undefined) return;
    const codec = this.#codecs.create(old.name, rateHz);
    this.receiver?.recode(codec);
    this.#sendAs(codec);
    old.free();
  }

  override pull(dueMs: number): void {
    super.pull(dueMs);
    if (this.#voiceKeys === undefined) return;
    const { detector, resampled } = this.#voiceKeys;
    const digit = detector.hear(resampled.frame(this, detectorRateHz, atDetectorRate));
    if (digit !== undefined) this.#tellKey(digit, 'voice', dueMs);
  }

  override push(dueMs: number): void {
    this.#nowMs = dueMs;
    super.push(dueMs);
    if (this.sends || this.#session === undefined || dueMs < this.#nextKeepAliveMs) return;
    this.#nextKeepAliveMs = dueMs + keepAliveMs;
    this.transport.keepAlive();
  }

  override close(nowMs: number): void {
    this.#forgetPrevious();
    super.close(nowMs);
  }

  protected override get sends(): boolean {
    const direction = this.#session?.direction;
    return direction === 'sendrecv' || direction === 'sendonly';
  }

  protected override get refusedPackets(): number {
    return this.refused + this.transport.foreign + this.transport.counters.junk;
  }

  protected override receive(fields: RtpFields, packet: Buffer, nowMs: number): boolean {
    if (this.receiver === undefined || !this.#accepts(fields.payloadType)) return false;
    if (fields.ssrc !== this.#ssrc) this.#newStream(fields.ssrc);
    // While the party is held, its packets only prove that it is there.
    if (!this.#receives) return true;
    const { payloadType } = fields;
    if (payloadType === this.#previous?.payloadType && payloadType !== this.#session?.codec.receivePayloadType) {
      this.hear(fields, packet, 'audio', this.#previous.receiver, nowMs);
    } else if (payloadType === this.#session?.telephoneEvent?.receivePayloadType) {
      this.#hearKey(fields, packet, nowMs);
    } else {
      this.hear(fields, packet, payloadType === noisePayloadType ? 'noise' : 'audio', this.receiver, nowMs);
    }
    return true;
  }

  protected override sendKeyEvent(key: PressedKey): void {
    const events = this.#session?.telephoneEvent;
    if (events !== undefined) this.sendEvent(key, events.sendPayloadType, events.clockRateHz);
  }

  protected override activeReceiver(dueMs: number): AudioReceiver | undefined {
    if (this.#previous === undefined) return this.receiver;
    if (this.receiver?.playing !== true && dueMs < this.#previous.untilMs) return this.#previous.receiver;
    this.#forgetPrevious();
    return this.receiver;
  }

  get #receives(): boolean {
    return this.#session !== undefined && receives(this.#session);
  }

  #accepts(payloadType: number): boolean {
    const session = this.#session;
    if (session === undefined) return false;
    return (
      payloadType === session.codec.receivePayloadType ||
      payloadType === session.telephoneEvent?.receivePayloadType ||
      payloadType === noisePayloadType ||
      (payloadType === this.#previous?.payloadType && this.#nowMs < this.#previous.untilMs)
    );
  }

  #useCodec(before: RtpSession | undefined, nowMs: number): void {
    const { name } = (this.#session as RtpSession).codec;
    const codec = this.#codecs.create(name, fixedRateHz[name] ?? this.#flexibleRateHz);
    this.#forgetPrevious();
    if (before !== undefined && this.receiver !== undefined) {
      const payloadType = before.codec.receivePayloadType;
      this.#previous = { receiver: this.receiver, payloadType, untilMs: nowMs + previousCodecMs };
    }
    this.receiver = new AudioReceiver(codec, startDelayMs, this.counters);
    this.rateHz = codec.rateHz;
    this.#sendAs(codec);
  }

  #sendAs(codec: AudioReceiver['codec']): void {
    const { sendPayloadType, ptimeMs } = (this.#session as RtpSession).codec;
    const format = this.sender.format;
    if (format?.codec === codec && format.payloadType === sendPayloadType && format.ptimeMs === ptimeMs) return;
    this.sender.use({ codec, payloadType: sendPayloadType, ptimeMs });
  }

  /** RFC 3550 §8.2: another SSRC is another stream; nothing known of the old one holds. */
  #newStream(ssrc: number): void {
    if (this.#ssrc !== undefined) {
      this.receiver?.restart();
      this.#keys.restart();
    }
    this.#ssrc = ssrc;
  }

  #hearKey(fields: RtpFields, packet: Buffer, nowMs: number): void {
    const key = this.#keys.receive(packet, fields.payloadStart, fields.payloadEnd, fields.timestamp);
    this.hear(fields, packet, 'event', this.receiver as AudioReceiver, nowMs);
    if (key !== undefined) this.#tellKey(key, 'event', nowMs);
  }

  #tellKey(key: ReceivedKey, way: KeyWay, nowMs: number): void {
    if (key !== 'flash' && !this.#heardKeys.heard(key, way, nowMs)) return;
    this.keysReceived++;
    this.events.key(key, way);
  }

  #forgetPrevious(): void {
    this.#previous?.receiver.codec.free();
    this.#previous = undefined;
  }
}

const atDetectorRate = new Float32Array((detectorRateHz * 20) / 1000);

const receives = ({ direction }: RtpSession): boolean => direction === 'sendrecv' || direction === 'recvonly';
