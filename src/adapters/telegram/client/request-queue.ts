import { TelegramBusy, TelegramTimeout } from './errors.ts';

/** Lets a bounded number of requests run at once and a bounded number wait, first come first served. */
export class RequestQueue {
  readonly #limits: { readonly running: number; readonly waiting: number };
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: { running: number; waiting: number }) {
    this.#limits = limits;
  }

  /**
   * @param work is given what is left of the time-out
   * @throws TelegramBusy when too many wait
   * @throws TelegramTimeout when its turn did not come in time
   */
  async run<T>(method: string, timeoutMs: number, work: (remainingMs: number) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    if (this.#running >= this.#limits.running) await this.#turn(method, timeoutMs);
    else this.#running++;
    try {
      return await work(Math.max(1, timeoutMs - (performance.now() - startedAt)));
    } finally {
      const next = this.#waiting.shift();
      // The place passes to the next one without becoming free in between.
      if (next) next();
      else this.#running--;
    }
  }

  #turn(method: string, timeoutMs: number): Promise<void> {
    if (this.#waiting.length >= this.#limits.waiting) throw new TelegramBusy(`${method}: too many requests wait`);
    return new Promise((resolve, reject) => {
      const myTurn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(myTurn), 1);
        reject(new TelegramTimeout(method, timeoutMs));
      }, timeoutMs);
      this.#waiting.push(myTurn);
    });
  }
}
