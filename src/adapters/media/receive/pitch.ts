/** Voice pitch and other periods of sound, as lags in samples. */

const shortestMs = 2.5;
const longestMs = 15;

export const shortestLag = (rateHz: number) => Math.floor((rateHz * shortestMs) / 1000);
export const longestLag = (rateHz: number) => Math.floor((rateHz * longestMs) / 1000);

/**
 * The lag in `least…most` at which the sound up to `end` repeats best, by normalised autocorrelation over the last
 * `window` samples before `end`. Needs `window + most` samples there. The search is done at 8 kHz and then refined.
 */
export const bestLag = (pcm: Int16Array, end: number, window: number, rateHz: number, least: number, most: number) => {
  const stride = Math.max(1, Math.round(rateHz / 8000));
  const coarse = search(pcm, end, window, stride, least, most, stride);
  if (stride === 1) return coarse;
  return search(pcm, end, window, stride, Math.max(least, coarse - stride), Math.min(most, coarse + stride), 1);
};

const search = (
  pcm: Int16Array,
  end: number,
  window: number,
  stride: number,
  least: number,
  most: number,
  step: number,
): number => {
  let best = least;
  let bestScore = -Infinity;
  for (let lag = least; lag <= most; lag += step) {
    let product = 0;
    let energy = 1;
    for (let i = end - window; i < end; i += stride) {
      const earlier = pcm[i - lag] as number;
      product += (pcm[i] as number) * earlier;
      energy += earlier * earlier;
    }
    const score = product > 0 ? (product * product) / energy : 0;
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  return best;
};
