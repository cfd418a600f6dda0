import type { DtmfDigit } from '../../../machines/model/tone.ts';
import { frequenciesOfDigit } from '../dtmf.ts';
import { sineTable } from './sine.ts';
import { peakOfDbm0, type ToneSpec } from './tones.ts';

/** 2 dB of twist, as telephones send it (ITU-T Q.23, Q.24). */
const lowGroupPeak = peakOfDbm0(-11);
const highGroupPeak = peakOfDbm0(-9);
const edgeMs = 2;
const frameMs = 20;

/** Writes the 20 ms of a key press that end at `elapsedMs` in place of the voice. */
export const writeInbandKey = (
  frame: Int16Array,
  rateHz: number,
  digit: DtmfDigit,
  elapsedMs: number,
  pressMs: number,
): void => {
  const [low, high] = frequenciesOfDigit(digit).map((frequencyHz) => sineTable(frequencyHz, rateHz).samples);
  if (low === undefined || high === undefined) return;
  const samples = (rateHz * frameMs) / 1000;
  const first = (rateHz * (elapsedMs - frameMs)) / 1000;
  const end = (rateHz * pressMs) / 1000;
  const edge = (rateHz * edgeMs) / 1000;
  for (let i = 0; i < samples; i++) {
    const at = first + i;
    const inside = Math.min(1, at / edge, (end - at) / edge);
    const gain = 0.5 - 0.5 * Math.cos(Math.PI * Math.max(0, inside));
    const value = (low[at % low.length] as number) * lowGroupPeak + (high[at % high.length] as number) * highGroupPeak;
    frame[i] = Math.round(value * gain);
  }
};

/** A key pressed by the peer, made audible to who listens. */
export const audibleKey = (digit: DtmfDigit): ToneSpec => ({
  class: 'key',
  bursts: [{ frequenciesHz: frequenciesOfDigit(digit), onMs: 100, offMs: 0 }],
  repeats: false,
  levelDbm0: -18,
});
