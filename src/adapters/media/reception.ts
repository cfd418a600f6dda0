import type { RtpFields } from './rtp.ts';

/** What a receiver reports of one incoming stream (RFC 3550 §6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number;
  /** 0–255, since the report before. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  /** Extended by cycles. */
  readonly highestSequence: number;
  /** In ticks of the RTP clock. */
  readonly jitter: number;
}

/** Counts losses and jitter of one incoming stream as RFC 3550 A.3 and A.8 say. */
export class Reception {
  #ssrc: number | undefined;
  #base = 0;
  #highest = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit: number | undefined;
  #jitter = 0;
  /** Of streams before this one. */
  #lostBefore = 0;

  arrived(fields: RtpFields, clockRateHz: number, nowMs: number): void {
    if (this.#ssrc !== fields.ssrc) this.#begin(fields);
    const jump = ((fields.sequence - this.#highest) << 16) >> 16;
    if (jump > 0) this.#highest += jump;
    this.#received++;
    const transit = (nowMs * clockRateHz) / 1000 - fields.timestamp;
    // A timestamp that wrapped, or a clock that changed, is no jitter.
    const difference = Math.abs(transit - (this.#transit ?? transit));
    this.#transit = transit;
    if (difference < clockRateHz) this.#jitter += (difference - this.#jitter) / 16;
  }

  get expected(): number {
    return this.#ssrc === undefined ? 0 : this.#highest - this.#base + 1;
  }

  /** Of this stream; below 0 where packets came twice. */
  get lost(): number {
    return this.expected - this.#received;
  }

  /** Of all streams. */
  get lostInAll(): number {
    return this.#lostBefore + Math.max(0, this.lost);
  }

  jitterMs(clockRateHz: number): number {
    return (this.#jitter * 1000) / clockRateHz;
  }

  /** Undefined before anything came. */
  report(): ReceptionReport | undefined {
    if (this.#ssrc === undefined) return undefined;
    const expected = this.expected - this.#expectedBefore;
    const received = this.#received - this.#receivedBefore;
    this.#expectedBefore = this.expected;
    this.#receivedBefore = this.#received;
    const lost = Math.max(0, expected - received);
    return {
      ssrc: this.#ssrc,
      fractionLost: expected > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0,
      cumulativeLost: Math.max(-0x80_0000, Math.min(0x7f_ffff, this.lost)),
      highestSequence: this.#highest >>> 0,
      jitter: Math.floor(this.#jitter),
    };
  }

  #begin(fields: RtpFields): void {
    this.#lostBefore = this.lostInAll;
    this.#ssrc = fields.ssrc;
    this.#base = fields.sequence;
    this.#highest = fields.sequence;
    this.#received = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
    this.#transit = undefined;
    this.#jitter = 0;
  }
}
