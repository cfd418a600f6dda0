const windowPackets = 1024;

/** Which of the last 1024 packet indices have been seen (RFC 3711 §3.3.2). Ask first, mark only what authenticated. */
export class ReplayWindow {
  /** Bit `index mod 1024`: a ring, so that moving forward clears only what it passes over. */
  readonly #seen = new Uint32Array(windowPackets / 32);
  #highest = -1;

  get highest(): number {
    return this.#highest;
  }

  /** True when the index was seen, or is too old to tell. */
  refuses(index: number): boolean {
    if (index > this.#highest) return false;
    if (this.#highest - index >= windowPackets) return true;
    const slot = index % windowPackets;
    return (this.#seen[slot >>> 5]! & (1 << (slot & 31))) !== 0;
  }

  mark(index: number): void {
    if (index > this.#highest) {
      if (index - this.#highest >= windowPackets) this.#seen.fill(0);
      else for (let passed = this.#highest + 1; passed < index; passed++) this.#clear(passed % windowPackets);
      this.#highest = index;
    }
    const slot = index % windowPackets;
    this.#seen[slot >>> 5]! |= 1 << (slot & 31);
  }

  #clear(slot: number): void {
    this.#seen[slot >>> 5]! &= ~(1 << (slot & 31));
  }
}
