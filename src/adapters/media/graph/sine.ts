/** One whole number of periods of a sine, amplitude 1. Shared by all calls: frequencies and rates are few. */
export interface SineTable {
  readonly samples: Float32Array;
}

const tables = new Map<string, SineTable>();

/** `frequencyHz` is a whole number, so that periods and samples meet after at most one second. */
export const sineTable = (frequencyHz: number, rateHz: number): SineTable => {
  const key = `${frequencyHz}/${rateHz}`;
  let table = tables.get(key);
  if (table === undefined) {
    const length = rateHz / greatestCommonDivisor(frequencyHz, rateHz);
    table = {
      samples: Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * frequencyHz * i) / rateHz)),
    };
    tables.set(key, table);
  }
  return table;
};

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
