import type { OperatorNotices } from '../ports/operator-notices.ts';
import type { Saying } from './handlers.ts';

export interface OperatorVoiceParts {
  readonly notices: Pick<OperatorNotices, 'open' | 'done'>;
  /** @returns whether it arrived */
  readonly say: (saying: Saying) => Promise<unknown>;
}

/** At a time; the bot may send some thirty messages a second to all people together. */
const batch = 50;

/** Says what the operator wrote, in the bot or at a terminal, to each owner once. */
export class OperatorVoice {
  readonly #parts: OperatorVoiceParts;
  #saying: Promise<void> | undefined;
  #isMore = false;

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

  async #sayAll(): Promise<void> {
    const { notices, say } = this.#parts;
    while (this.#isMore) {
      this.#isMore = false;
      const open = await notices.open(batch);
      if (open.length === batch) this.#isMore = true;
      for (const { id, to, text } of open) {
        await say({ to, notice: { kind: 'operator-says', text } });
        // Also when it did not arrive: who has stopped the bot is not told next week what is long over.
        await notices.done(id);
      }
    }
  }
}
