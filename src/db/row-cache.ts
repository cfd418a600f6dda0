/** What is older is read anew, should an announcement ever get lost. */
const longestMs = 30_000;
const mostKept = 5_000;

interface Kept {
  readonly value: Promise<unknown>;
  readonly at: number;
}

/**
 * What was read to be shown, kept until it changes: triggers announce each change by the name it is kept under, and who
 * writes forgets it before he goes on. Keeps nothing while nobody listens to the announcements.
 */
export class RowCache {
  readonly #kept = new Map<string, Kept>();
  #isHeard = false;

  /** Announcements are heard from now on, or no longer; what was kept may be old in either case. */
  hear(isHeard: boolean): void {
    this.#isHeard = isHeard;
    this.#kept.clear();
  }

  /** The value must not be changed by whoever gets it. */
  async read<Value>(name: string, load: () => Promise<Value>): Promise<Value> {
    if (!this.#isHeard) return load();
    const known = this.#kept.get(name);
    if (known && performance.now() - known.at < longestMs) return known.value as Promise<Value>;
    // Kept before it is there: a change meanwhile forgets it, and who comes later reads again.
    const kept = { value: load(), at: performance.now() };
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return await kept.value;
    } catch (error) {
      if (this.#kept.get(name) === kept) this.#kept.delete(name);
      throw error;
    }
  }

  forget(...names: readonly string[]): void {
    for (const name of names) this.#kept.delete(name);
  }
}
