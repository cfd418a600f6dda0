/** 8 kHz throughout; levels in dBFS, 0 being a sine that just fits. */
export const rateHz = 8000;
export const frameSamples = 160;

/** Something to play: fills a frame, and says false when it has come to its end. */
export type Sound = (frame: Int16Array) => boolean;

export const tone = (frequencyHz: number, levelDb = -10, lengthMs = Number.POSITIVE_INFINITY): Sound =>
  tones([frequencyHz], levelDb, lengthMs);

export const silence = (lengthMs: number): Sound => tones([], 0, lengthMs);

/** One after the other. */
export const inTurn = (...sounds: readonly Sound[]): Sound => {
  let nth = 0;
  return (frame) => {
    if (nth < sounds.length && !sounds[nth]!(frame)) nth++;
    return nth < sounds.length;
  };
};

/** Keys as inband DTMF: 100 ms each, 100 ms apart. */
export const keys = (digits: string): Sound =>
  inTurn(
    ...digits.split('').flatMap((digit) => {
      const pair = keyTones[digit];
      return pair === undefined ? [] : [tones(pair, -12, 100), silence(100)];
    }),
  );

const lowHz = [697, 770, 852, 941];
const highHz = [1209, 1336, 1477, 1633];
const keyTones: Readonly<Record<string, readonly number[]>> = Object.fromEntries(
  ['123A', '456B', '789C', '*0#D'].flatMap((row, low) =>
    row.split('').map((key, high) => [key, [lowHz[low]!, highHz[high]!]]),
  ),
);

/** Sines together, each at the level given. Lengths are whole frames. */
const tones = (frequenciesHz: readonly number[], levelDb: number, lengthMs: number): Sound => {
  const amplitude = 32_767 * 10 ** (levelDb / 20);
  let at = 0;
  return (frame) => {
    for (let i = 0; i < frame.length; i++, at++) {
      let sum = 0;
      for (const frequency of frequenciesHz) sum += Math.sin((2 * Math.PI * frequency * at) / rateHz);
      frame[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum * amplitude)));
    }
    return (at * 1000) / rateHz < lengthMs;
  };
};
