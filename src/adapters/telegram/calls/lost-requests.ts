import type { UserId } from '../../../machines/model/ids.ts';
import type { CallClock } from './clock.ts';

/**
 * Users whom a requestCall went to that was never answered: Telegram may have placed the call all the same, and the user
 * would then talk to nobody.
 */
export class LostRequests {
  readonly #clock: CallClock;
  readonly #until = new Map<string, number>();

  constructor(clock: CallClock) {
    this.#clock = clock;
  }

  add(user: UserId): void {
    const nowMs = this.#clock.nowMs();
    for (const [other, untilMs] of this.#until) if (untilMs < nowMs) this.#until.delete(other);
    this.#until.set(user, nowMs + rememberedMs);
  }

  has(user: string): boolean {
    return (this.#until.get(user) ?? 0) >= this.#clock.nowMs();
  }
}

/** Longer than Telegram lets a call ring. */
const rememberedMs = 120_000;
