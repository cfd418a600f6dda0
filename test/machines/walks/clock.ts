import type { createActor } from 'xstate';

type Clock = NonNullable<NonNullable<Parameters<typeof createActor>[1]>['clock']>;

/** Time that passes when it is told to. Unlike XState's SimulatedClock, each timer fires at its own moment. */
export class WalkClock implements Clock {
  #now = 0;
  #nextId = 0;
  readonly #timers = new Map<number, { readonly due: number; readonly fire: () => void }>();

  get now(): number {
    return this.#now;
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** How long until the next timer is due; undefined: none runs. */
  get untilNextMs(): number | undefined {
    const due = Math.min(...[...this.#timers.values()].map((timer) => timer.due));
    return Number.isFinite(due) ? due - this.#now : undefined;
  }

  setTimeout(fire: () => void, ms: number): number {
    const id = ++this.#nextId;
    this.#timers.set(id, { due: this.#now + ms, fire });
    return id;
  }

  clearTimeout(id: number): void {
    this.#timers.delete(id);
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: [number, { readonly due: number; readonly fire: () => void }] | undefined;
      for (const timer of this.#timers) if (timer[1].due <= end && (!next || timer[1].due < next[1].due)) next = timer;
      if (!next) break;
      this.#timers.delete(next[0]);
      this.#now = next[1].due;
      next[1].fire();
    }
    this.#now = end;
  }
}
