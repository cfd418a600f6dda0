import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { CallClock } from './clock.ts';
import { floodWaitMs } from './refusals.ts';

/**
 * After FLOOD_WAIT_n the account asks for no call at all for n seconds and a jitter, whomever it would be to (product
 * §14.3). PEER_FLOOD is not meant: it leaves the people whom the account knows.
 */
export class FloodWait {
  readonly #clock: CallClock;
  readonly #random: () => number;
  #untilMs = 0;

  /** @param random in [0, 1) */
  constructor(clock: CallClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Why no call may be asked for now; undefined: one may. */
  get refusal(): HangupCause | undefined {
    const retryAfterMs = this.#untilMs - this.#clock.nowMs();
    return retryAfterMs > 0 ? { kind: 'flood', retryAfterMs } : undefined;
  }

  /** A request for a call was refused with this error. @returns the wait, when it is one */
  begunBy(error: unknown): HangupCause | undefined {
    const waitMs = floodWaitMs(error);
    if (waitMs === undefined) return undefined;
    this.#untilMs = Math.max(this.#untilMs, this.#clock.nowMs() + waitMs + this.#random() * jitterMs);
    return this.refusal;
  }
}

const jitterMs = 1_000;
