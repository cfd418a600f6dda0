/** Work in order for each key, for so many keys at a time; those that wait take their turns. */
export class Lanes<Key> {
  readonly #atOnce: number;
  readonly #failed: (error: unknown) => void;
  readonly #waiting = new Map<Key, (() => Promise<void>)[]>();
  readonly #ready: Key[] = [];
  readonly #running = new Set<Promise<void>>();

  /** `failed` is told what a piece of work throws; the key's next is done all the same. */
  constructor(atOnce: number, failed: (error: unknown) => void) {
    this.#atOnce = atOnce;
    this.#failed = failed;
  }

  add(key: Key, work: () => Promise<void>): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.push(work);
      return;
    }
    this.#waiting.set(key, [work]);
    this.#ready.push(key);
    this.#start();
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#ready.length = 0;
    this.#waiting.clear();
  }

  /** Until nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
  }

  #start(): void {
    while (this.#running.size < this.#atOnce) {
      const key = this.#ready.shift();
      if (key === undefined) return;
      const running = this.#next(key).then(() => {
        this.#running.delete(running);
        this.#start();
      });
      this.#running.add(running);
    }
  }

  /** One piece, then the others' turn. The key keeps its place in the books meanwhile, so that nobody starts it twice. */
  async #next(key: Key): Promise<void> {
    const waiting = this.#waiting.get(key);
    const work = waiting?.shift();
    await work?.().catch(this.#failed);
    if (this.#waiting.get(key) !== waiting) return;
    if (waiting?.length) this.#ready.push(key);
    else this.#waiting.delete(key);
  }
}
