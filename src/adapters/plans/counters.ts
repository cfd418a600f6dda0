import { EpochMs } from '../../machines/model/ids.ts';

/** What was counted since a period began, which is the end of the first call counted in it (product §11). */
export interface Counter {
  readonly since: EpochMs;
  readonly used: number;
}

/** A month is 30 days from the first call. */
export const monthMs = 30 * 86_400_000;
export const hourMs = 3_600_000;

/** Undefined when the period is over. What comes late, from before its start, belongs to it. */
export const running = (counter: Counter | undefined, at: EpochMs, periodMs: number): Counter | undefined =>
  counter && at < counter.since + periodMs ? counter : undefined;

export function counted(counter: Counter | undefined, at: EpochMs, amount: number, periodMs: number): Counter {
  const current = running(counter, at, periodMs);
  return current ? { since: current.since, used: current.used + amount } : { since: EpochMs(at), used: amount };
}
