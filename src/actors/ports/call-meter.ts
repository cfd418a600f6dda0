import type { HangupCause } from '../../machines/model/hangup-cause.ts';

/** A call as operators count it. */
export interface MeteredCall {
  readonly direction: 'incoming' | 'outgoing';
  /** Undefined: nobody answered. */
  readonly talkedMs: number | undefined;
  /** Undefined: it was given up before anything was dialled. */
  readonly cause: HangupCause | undefined;
}

/** `ended`: neither; one of the two hung up, or the process ended. */
export type ReconnectionResult = 'won' | 'lost' | 'ended';

/** What operators count of calls (product §16, B-7). Told in passing: takes no time and does not throw. */
export interface CallMeter {
  callEnded(call: MeteredCall): void;
  /** A window for a lost voice leg has closed, or did not open since it was lost too often. */
  reconnection(result: ReconnectionResult): void;
}
