import type { Clock } from './clock.ts';
import type { UserId } from './model.ts';

/** Questions that one bot may answer once, within a time. */
export class Pending<Answer> {
  readonly #waiting = new Map<string, { botId: UserId; resolve: (answer: Answer) => void }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the answer, or undefined when time is up. */
  wait(id: string, botId: UserId, timeoutMs: number): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(timeoutMs, () => {
        this.#waiting.delete(id);
        resolve(undefined);
      });
      this.#waiting.set(id, {
        botId,
        resolve: (answer) => {
          cancel();
          resolve(answer);
        },
      });
    });
  }

  /** False when nobody waits for this answer of this bot. */
  settle(id: string, botId: UserId, answer: Answer): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting?.botId !== botId) return false;
    this.#waiting.delete(id);
    waiting.resolve(answer);
    return true;
  }
}
