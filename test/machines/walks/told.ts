/** What happened to one leg, told to whoever watches, and to late watchers again, as the ports promise. */
export class Told<Fact extends { readonly type: string }> {
  readonly #listeners = new Set<(fact: Fact) => void>();
  readonly #told: Fact[] = [];

  watch(listener: (fact: Fact) => void): () => void {
    for (const fact of this.#told) listener(fact);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(fact: Fact): void {
    if (!this.#told.some(({ type }) => type === fact.type)) this.#told.push(fact);
    this.repeat(fact);
  }

  /** Tells what late watchers need not hear. */
  repeat(fact: Fact): void {
    for (const listener of [...this.#listeners]) listener(fact);
  }

  get watchers(): number {
    return this.#listeners.size;
  }
}
