import type { DtmfDigit } from '../../machines/model/tone.ts';

/** RFC 4733 §3.2: event codes 0–15 in this order. */
const digitsByEvent = '0123456789*#ABCD';

export const eventOfDigit = (digit: DtmfDigit): number => digitsByEvent.indexOf(digit);
export const digitOfEvent = (event: number): DtmfDigit | undefined => digitsByEvent[event] as DtmfDigit | undefined;

export const lowGroupHz = [697, 770, 852, 941] as const;
export const highGroupHz = [1209, 1336, 1477, 1633] as const;
/** Rows of the low group, columns of the high group. */
export const keypad = ['123A', '456B', '789C', '*0#D'] as const;

/** The two frequencies of a key (ITU-T Q.23), low group first. */
export const frequenciesOfDigit = (digit: DtmfDigit): readonly [number, number] => {
  const row = keypad.findIndex((keys) => keys.includes(digit));
  const column = (keypad[row] as string).indexOf(digit);
  return [lowGroupHz[row] as number, highGroupHz[column] as number];
};
