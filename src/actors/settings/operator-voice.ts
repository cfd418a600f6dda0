import type { Faults } from '../ports/faults.ts';
import type { OperatorNotices } from '../ports/operator-notices.ts';
import type { Saying } from './handlers.ts';
import { againMs } from './late-voice.ts';
import type { ActorClock } from './live-dialogues.ts';
import type { Said } from './voice.ts';

export interface OperatorVoiceParts {
  readonly notices: Pick<OperatorNotices, 'open' | 'done'>;
  readonly say: (saying: Saying) => Promise<Said>;
  readonly faults: Faults;
  /** Of the next attempt; the real one by default. */
  readonly actorClock?: ActorClock;
}

/** At a time; the bot may send some thirty messages a second to all people together. */
const batch = 50;

/** Says what the operator wrote, in the bot or at a terminal, to each owner once. */
export class OperatorVoice {
  readonly #parts: OperatorVoiceParts;
  #saying: Promise<void> | undefined;
  #isMore = false;
  #again: unknown;
  #closed = false;

  constructor(parts: OperatorVoiceParts) {
    this.#parts = parts;
  }

  /** Says all that is open; to be called at start and whenever there may be more. */
  sayAll(): Promise<void> {
    this.#isMore = true;
    this.#saying ??= this.#sayAll().finally(() => {
      this.#saying = undefined;
    });
    return this.#saying;
  }

  /** What is not said yet stays open for the next process. */
  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#again as never);
  }

  async #sayAll(): Promise<void> {
    const { notices, say } = this.#parts;
    while (this.#isMore && !this.#closed) {
      this.#isMore = false;
      const open = await notices.open(batch);
      if (open.length === batch) this.#isMore = true;
      for (const { id, to, text } of open) {
        if ((await say({ to, notice: { kind: 'operator-says', text } })) === 'away') return this.#later();
        // Also when he missed it: who has stopped the bot is not told next week what is long over.
        await notices.done(id);
      }
    }
  }

  /** Telegram is away, and with it everybody. */
  #later(): void {
    this.#clock.clearTimeout(this.#again as never);
    if (this.#closed) return;
    const { faults } = this.#parts;
    const again = () => void this.sayAll().catch((error: unknown) => faults.report('notices of the operator', error));
    this.#again = this.#clock.setTimeout(again, againMs);
  }

  get #clock(): NonNullable<ActorClock> {
    return this.#parts.actorClock ?? globalThis;
  }
}
