import type { MediaFact } from '../../actors/ports/media.ts';

const lossMs = 2000;

/** Tells from the times of what arrives whether a peer is there. */
export class Liveness {
  readonly #tell: (fact: MediaFact) => void;
  #aliveMs: number | undefined;
  #started = false;
  #lost = false;

  constructor(tell: (fact: MediaFact) => void) {
    this.#tell = tell;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** From now on the peer is expected to be heard; again after each pause in which it was not. */
  expect(nowMs: number): void {
    this.#aliveMs = nowMs;
  }

  /** Silence is agreed upon. */
  excuse(): void {
    this.#aliveMs = undefined;
  }

  alive(nowMs: number): void {
    if (this.#aliveMs !== undefined) this.#aliveMs = Math.max(nowMs, this.#aliveMs);
    if (!this.#lost) return;
    this.#lost = false;
    this.#tell({ type: 'media.back' });
  }

  /** Sound came, not only signs of life. */
  heard(nowMs: number): void {
    this.alive(nowMs);
    if (this.#started) return;
    this.#started = true;
    this.#tell({ type: 'media.started' });
  }

  tick(nowMs: number): void {
    if (this.#lost || this.#aliveMs === undefined || nowMs - this.#aliveMs < lossMs) return;
    this.#lost = true;
    this.#tell({ type: 'media.lost' });
  }
}
