import type { LegId } from '../../../machines/model/ids.ts';
import type { AudioCodec } from '../codecs/codec.ts';
import type { CodecLibrary } from '../codecs/library.ts';
import type { PacketTransport } from '../packet-transport.ts';
import { AudioReceiver } from '../receive/audio-receiver.ts';
import type { RtpFields } from '../rtp.ts';
import type { LegKind } from '../totals.ts';
import { Leg, type LegEvents } from './leg.ts';

/** Telegram's relays add jitter of their own. */
const startDelayMs = 60;
const ptimeMs = 20;
/** A stream nobody announced is believed when it goes on. */
const packetsToBelieve = 3;

/** The Telegram user: Opus over a transport that encrypts. */
export class WebRtcLeg extends Leg {
  readonly #codecs: CodecLibrary;
  #codec: AudioCodec | undefined;
  #receiving: { ssrc: number; readonly payloadType: number } | undefined;
  #stranger = { ssrc: 0, sequence: 0, packets: 0 };

  constructor(id: LegId, transport: PacketTransport, ssrc: number, codecs: CodecLibrary, events: LegEvents) {
    super(id, transport, ssrc, events);
    this.#codecs = codecs;
  }

  override get kind(): LegKind {
    return 'telegram';
  }

  override get fixedRateHz(): number | undefined {
    return undefined;
  }

  override get takesKeyEvents(): boolean {
    return false;
  }

  override get listensForKeys(): boolean {
    return false;
  }

  override get keySounding(): boolean {
    return false;
  }

  startSending(payloadType: number): void {
    this.sender.use({ codec: this.#coder(), payloadType, ptimeMs });
  }

  startReceiving(ssrc: number, payloadType: number, nowMs: number): void {
    this.#receiving = { ssrc, payloadType };
    if (this.receiver === undefined) this.receiver = new AudioReceiver(this.#coder(), startDelayMs, this.counters);
    this.liveness.expect(nowMs);
  }

  override useRate(rateHz: number): void {
    const old = this.#codec;
    if (old?.rateHz === rateHz || (old === undefined && this.rateHz === rateHz)) return;
    this.rateHz = rateHz;
    if (old === undefined) return;
    const codec = this.#codecs.create('opus', rateHz);
    this.#codec = codec;
    this.receiver?.recode(codec);
    const format = this.sender.format;
    if (format !== undefined) this.sender.use({ ...format, codec });
    old.free();
  }

  protected override get sends(): boolean {
    return this.sender.format !== undefined;
  }

  protected override receive(fields: RtpFields, packet: Buffer, nowMs: number): boolean {
    const { receiver } = this;
    if (receiver === undefined || fields.payloadType !== this.#receiving?.payloadType) return false;
    if (fields.ssrc !== this.#receiving.ssrc) {
      if (!this.#believes(fields)) return false;
      this.#receiving.ssrc = fields.ssrc;
      receiver.restart();
    }
    this.hear(fields, packet, 'audio', receiver, nowMs);
    return true;
  }

  #believes({ ssrc, sequence }: RtpFields): boolean {
    const stranger = this.#stranger;
    const follows = ssrc === stranger.ssrc && sequence === ((stranger.sequence + 1) & 0xffff);
    this.#stranger = { ssrc, sequence, packets: follows ? stranger.packets + 1 : 1 };
    return this.#stranger.packets >= packetsToBelieve;
  }

  #coder(): AudioCodec {
    this.#codec ??= this.#codecs.create('opus', this.rateHz);
    return this.#codec;
  }
}
