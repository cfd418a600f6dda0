import type { WallClock } from '../ports/clock.ts';
import type { Faults } from '../ports/faults.ts';
import type { Saying } from './handlers.ts';
import type { ActorClock } from './live-dialogues.ts';
import type { Said } from './voice.ts';

export interface LateVoiceParts {
  readonly voice: (saying: Saying) => Promise<Said>;
  readonly clock: WallClock;
  readonly faults: Faults;
  /** Of the next attempt; the real one by default. */
  readonly actorClock?: ActorClock;
}

/** Until Telegram is asked again that could not be reached. */
export const againMs = 60_000;
/** Sayings that wait at most, and for how long: older ones are no news. */
const mostWaiting = 1_000;
const newsMs = 24 * 3_600_000;

/**
 * Says what happened also when Telegram was away meanwhile, in the order in which it happened. What waits ends with the
 * process.
 */
export class LateVoice {
  readonly #parts: LateVoiceParts;
  readonly #waiting: { readonly saying: Saying; readonly since: number }[] = [];
  #again: unknown;
  #closed = false;

  constructor(parts: LateVoiceParts) {
    this.#parts = parts;
  }

  /** @returns `away`: it is said as soon as Telegram is back */
  async say(saying: Saying): Promise<Said> {
    // Nothing overtakes what waits.
    const said = this.#waiting.length > 0 ? 'away' : await this.#parts.voice(saying);
    if (said === 'away') this.#keep(saying);
    return said;
  }

  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#again as never);
  }

  #keep(saying: Saying): void {
    const { clock, faults } = this.#parts;
    if (this.#waiting.length >= mostWaiting) {
      faults.report('settings notice', new Error('too many notices wait for Telegram: one is not said'));
      return;
    }
    this.#waiting.push({ saying, since: clock.now() });
    if (this.#waiting.length === 1) this.#later();
  }

  #later(): void {
    if (!this.#closed) this.#again = this.#clock.setTimeout(() => void this.#sayAll(), againMs);
  }

  async #sayAll(): Promise<void> {
    const { voice, clock } = this.#parts;
    // The first one stays while it is being said, so that others wait behind it.
    for (let [next] = this.#waiting; next && !this.#closed; [next] = this.#waiting) {
      const isNews = clock.now() - next.since <= newsMs;
      if (isNews && (await voice(next.saying)) === 'away') return this.#later();
      this.#waiting.shift();
    }
  }

  get #clock(): NonNullable<ActorClock> {
    return this.#parts.actorClock ?? globalThis;
  }
}
