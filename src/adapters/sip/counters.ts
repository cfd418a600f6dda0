/** What the adapter counts, by name; exported as metrics. Names never hold numbers, hosts or users. */
export class SipCounters {
  readonly #values = new Map<string, number>();

  count(name: SipCounter | `received ${string}` | `sent ${string}`): void {
    // Methods come from the network: the list of names must not grow with them.
    if (this.#values.size > 500 && !this.#values.has(name)) return;
    this.#values.set(name, (this.#values.get(name) ?? 0) + 1);
  }

  of(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values);
  }
}

export type SipCounter =
  | 'retransmitted'
  | 'absorbed'
  | 'unmatched'
  | 'malformed'
  | 'refused'
  | 'silenced'
  | 'dropped'
  | 'late answers'
  | 'exceptions'
  | 'send failures';
