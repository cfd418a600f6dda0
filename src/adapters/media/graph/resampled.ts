import type { Speaker } from './outlet.ts';
import { Resampler } from './resampler.ts';

/** One speaker's sound at another rate, whatever the speaker's rate comes to be. */
export class Resampled {
  #filter: { readonly fromHz: number; readonly toHz: number; readonly resampler: Resampler } | undefined;

  /** Either the speaker's own frame, or `converted`, overwritten. */
  frame(speaker: Speaker, rateHz: number, converted: Float32Array): Int16Array | Float32Array {
    const fromHz = speaker.rateHz;
    if (fromHz === rateHz) return speaker.frame;
    if (this.#filter?.fromHz !== fromHz || this.#filter.toHz !== rateHz) {
      this.#filter = { fromHz, toHz: rateHz, resampler: new Resampler(fromHz, rateHz) };
    }
    this.#filter.resampler.resample(speaker.frame, converted);
    return converted;
  }
}
