import { MessageNotSent } from '../../../actors/ports/conversation.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import type { Clock } from '../client/clock.ts';
import { floodWaitSeconds } from '../client/errors.ts';
import { InOrder } from '../client/in-order.ts';

export interface OutboxOptions {
  readonly clock: Clock;
  /** 0 … 1, for the jitter. */
  readonly random: () => number;
  readonly onFlood: (waitMs: number) => void;
}

/** About 28 per second over all chats, below the 30 that Telegram is known to bear. */
const paceMs = 35;
const waitingAtMost = 200;
/** A message older than this is not worth sending any more. */
const patienceMs = 10 * 60_000;
const jitterMs = 1_000;

/**
 * Everything the chat account sends, at a pace Telegram bears: in order within a chat, and after FLOOD_WAIT_n nothing at
 * all for n seconds and a jitter (product §14.3). Calls do not come through here.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #inOrder = new InOrder<UserId>();
  #waiting = 0;
  #heldUntil = 0;
  #nextSlot = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * Makes an attempt when it is its turn, and again after each flood wait.
   * @throws MessageNotSent busy, or flood when the wait would be longer than a message keeps its worth
   * @throws whatever the attempt throws
   */
  async send<T>(chat: UserId, attempt: () => Promise<T>): Promise<T> {
    if (this.#waiting >= waitingAtMost) throw new MessageNotSent('busy');
    this.#waiting++;
    const deadline = this.#options.clock.now() + patienceMs;
    try {
      return await this.#inOrder.run(chat, () => this.#untilSent(attempt, deadline));
    } finally {
      this.#waiting--;
    }
  }

  async #untilSent<T>(attempt: () => Promise<T>, deadline: number): Promise<T> {
    for (;;) {
      await this.#turn(deadline);
      try {
        return await attempt();
      } catch (error) {
        const seconds = floodWaitSeconds(error);
        if (seconds === undefined) throw error;
        this.#hold(seconds * 1_000 + this.#options.random() * jitterMs);
      }
    }
  }

  #hold(waitMs: number) {
    this.#options.onFlood(waitMs);
    this.#heldUntil = Math.max(this.#heldUntil, this.#options.clock.now() + waitMs);
  }

  async #turn(deadline: number) {
    const { clock } = this.#options;
    do {
      const now = clock.now();
      const startsAt = Math.max(now, this.#heldUntil, this.#nextSlot);
      if (startsAt > deadline) throw new MessageNotSent('flood', { retryAfterMs: startsAt - now });
      this.#nextSlot = startsAt + paceMs;
      if (startsAt > now) await new Promise<void>((resolve) => clock.after(startsAt - now, resolve));
      // A flood wait that came meanwhile counts for those who stood in line before it, too.
    } while (clock.now() < this.#heldUntil);
  }
}
