/** Hands out even ports, each with the odd one behind it, round robin so that a late packet meets no new call. */
export class PortPairs {
  readonly #from: number;
  readonly #pairs: number;
  readonly #taken = new Set<number>();
  #next = 0;

  /** Both inclusive. */
  constructor({ from, to }: { readonly from: number; readonly to: number }) {
    this.#from = from + (from % 2);
    this.#pairs = Math.floor((to + 1 - this.#from) / 2);
    if (this.#pairs < 1) throw new Error(`no even port with its neighbour between ${from} and ${to}`);
  }

  get size(): number {
    return this.#pairs;
  }

  /** @throws Error when all are in use */
  take(): number {
    for (let tried = 0; tried < this.#pairs; tried++) {
      const port = this.#from + (this.#next++ % this.#pairs) * 2;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    throw new Error('all RTP ports are in use');
  }

  release(port: number): void {
    this.#taken.delete(port);
  }
}
