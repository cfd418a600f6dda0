import type { CodecName } from '../../actors/ports/rtp-legs.ts';
import type { LegKind } from './totals.ts';

/** Counters and measures of one leg, since it began. */
export interface LegStatistics {
  readonly kind: LegKind;
  readonly codec: CodecName | undefined;
  /** Of the sound inside. */
  readonly rateHz: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly lost: number;
  readonly late: number;
  readonly duplicate: number;
  /** Not RTP of this leg: malformed, unknown payload type, or from elsewhere. */
  readonly refused: number;
  readonly fecMs: number;
  readonly concealedMs: number;
  readonly noiseMs: number;
  readonly corrections: number;
  readonly targetDelayMs: number;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | undefined;
  /** What the peer reports. */
  readonly peerLossPercent: number;
  /** Packets of ours, as the peer reports it. */
  readonly peerLost: number;
  /** Root mean square of the last second in dB relative to full scale; −100 for silence. */
  readonly levelInDbfs: number;
  readonly levelOutDbfs: number;
  readonly keysReceived: number;
  /** Estimated mean opinion score, 1–4.5 (ITU-T G.107). */
  readonly mos: number;
}

/** Loudness of a direction, over windows of one second. */
export class LevelMeter {
  #energy = 0;
  #samples = 0;
  levelDbfs = -100;

  add(frame: Int16Array, samples: number): void {
    let energy = 0;
    for (let i = 0; i < samples; i += meterStride) energy += (frame[i] as number) ** 2;
    this.#energy += energy;
    this.#samples += Math.ceil(samples / meterStride);
  }

  /** Closes the window. */
  read(): void {
    const rms = Math.sqrt(this.#energy / Math.max(1, this.#samples));
    this.levelDbfs = Math.max(-100, 20 * Math.log10(Math.max(rms, 1e-3) / 32768));
    this.#energy = 0;
    this.#samples = 0;
  }
}

/** A level needs no more than every seventh sample, which falls on no period of the tones in use. */
const meterStride = 7;

/** ITU-T G.113 appendix I and measurements of others for Opus: impairment of the codec itself, and its weakness to loss. */
const impairments: Readonly<Record<CodecName, { readonly codec: number; readonly lossRobustness: number }>> = {
  opus: { codec: 5, lossRobustness: 20 },
  g722: { codec: 13, lossRobustness: 10 },
  alaw: { codec: 0, lossRobustness: 25.1 },
  mulaw: { codec: 0, lossRobustness: 25.1 },
  gsm: { codec: 20, lossRobustness: 10 },
};

/** The E-model reduced to what is known here: codec, loss after concealment, one-way delay. */
export const estimateMos = (codec: CodecName, lossPercent: number, delayMs: number): number => {
  const { codec: own, lossRobustness } = impairments[codec];
  const delay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const equipment = own + ((95 - own) * lossPercent) / (lossPercent + lossRobustness);
  const rating = Math.max(0, Math.min(100, 93.2 - delay - equipment));
  return 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
};
