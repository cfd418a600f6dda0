import type { LineId } from './ids.ts';
import type { DialTarget } from './party.ts';

/** A line that fits, and what is dialled through it. */
export interface LineChoice {
  readonly line: LineId;
  readonly lineName: string;
  readonly target: DialTarget;
}
