const threshold = 32768 * 10 ** (-3 / 20);
const headroom = 32767 - threshold;

/** Bends what is above −3 dBFS towards full scale instead of cutting it off. */
export const softLimit = (value: number): number => {
  const level = Math.abs(value);
  if (level <= threshold) return Math.round(value);
  const limited = threshold + headroom * Math.tanh((level - threshold) / headroom);
  return Math.round(value < 0 ? -limited : limited);
};
