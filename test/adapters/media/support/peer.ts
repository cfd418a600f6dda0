import type { AudioCodec } from '../../../../src/adapters/media/codecs/codec.ts';
import { writeRtpHeader } from '../../../../src/adapters/media/rtp.ts';
import type { SentPacket } from './wire.ts';

/** Codes sound into RTP packets, as the other side does. */
export class Talker {
  readonly #codec: AudioCodec;
  readonly #payloadType: number;
  readonly ssrc: number;
  sequence: number;
  timestamp: number;

  constructor(codec: AudioCodec, payloadType: number, { ssrc = 7, sequence = 65_500, timestamp = 0xffff_ff00 } = {}) {
    this.#codec = codec;
    this.#payloadType = payloadType;
    this.ssrc = ssrc;
    this.sequence = sequence;
    this.timestamp = timestamp;
  }

  packet(pcm: Int16Array): Buffer {
    const payload = Buffer.alloc(1500);
    const bytes = this.#codec.encode(pcm, pcm.length, payload);
    const ticks = (pcm.length * this.#codec.rtpClockHz) / this.#codec.rateHz;
    return this.raw(this.#payloadType, payload.subarray(0, bytes), ticks);
  }

  /** Any payload; time goes on by `ticks`. */
  raw(payloadType: number, payload: Uint8Array, ticks: number, timestamp = this.timestamp): Buffer {
    const packet = Buffer.alloc(12 + payload.length);
    writeRtpHeader(packet, payloadType, false, this.sequence, timestamp, this.ssrc);
    packet.set(payload, 12);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.timestamp = (this.timestamp + ticks) >>> 0;
    return packet;
  }
}

/** Decodes packets in their order, as a listener on a perfect network would. */
export const decoded = (packets: readonly SentPacket[], codec: AudioCodec): Int16Array => {
  const pcm = new Int16Array(codec.rateHz);
  const samples: number[] = [];
  for (const { payload } of packets) {
    const count = codec.decode(payload, payload.length, pcm);
    for (let i = 0; i < count; i++) samples.push(pcm[i] as number);
  }
  return Int16Array.from(samples);
};
