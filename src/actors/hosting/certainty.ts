import type { Faults } from '../ports/faults.ts';
import type { HostClock } from '../ports/host-clock.ts';
import { elapsedMs, type Moment, momentOf } from './moment.ts';
import { certaintyMs, gapMs, lookMs } from './timings.ts';

export interface CertaintyOptions {
  readonly clock: HostClock;
  /** Whether either sign of life is fresh. */
  readonly mayAct: () => boolean;
  /** The database is to be asked what is ours, at once. */
  readonly ask: () => void;
  readonly faults: Faults;
}

/**
 * Whether a process that did not run for a while (stopped, or its machine suspended) has heard since what is still its own.
 *
 * Until then nothing may come in: the end of a call that waited in a socket would become a BYE in a dialog that is its next
 * owner's, and a timer that is late a message to somebody who talks through another host. The fence alone does not do: it keeps
 * back what begins something, at once, and what was only put off leaves when it is lifted.
 */
export class Certainty {
  readonly #use: CertaintyOptions;
  readonly #held: (() => void)[] = [];
  #ranAt: Moment | undefined;
  #isUnsure = false;
  #cancelLook: (() => void) | undefined;
  #cancelPatience: (() => void) | undefined;

  constructor(options: CertaintyOptions) {
    this.#use = options;
  }

  /** From now on gaps are noticed. */
  start(): void {
    this.#look();
  }

  /** Runs it at once; or, while it is not known what is ours, as soon as it is, in order. */
  whenSure(then: () => void): void {
    if (this.#isSure()) then();
    else this.#held.push(then);
  }

  /** The database has just said what is ours, and the rest has been dropped. */
  heard(): void {
    if (!this.#isUnsure) return;
    this.#cancelPatience?.();
    // What was dropped may be ending still, in callbacks that are due before this.
    this.#cancelPatience = this.#use.clock.after(0, () => this.#settle());
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelPatience?.();
    this.#ranAt = undefined;
    this.#settle();
  }

  #isSure(): boolean {
    const { clock, mayAct } = this.#use;
    // At each use: a process that wakes runs other callbacks before its timers.
    if (!this.#isUnsure && this.#ranAt && elapsedMs(clock, this.#ranAt) >= gapMs && !mayAct()) this.#doubt();
    return !this.#isUnsure;
  }

  #doubt(): void {
    const { clock, ask } = this.#use;
    this.#isUnsure = true;
    // With the database away it is an outage like any other.
    this.#cancelPatience = clock.after(certaintyMs, () => this.#settle());
    ask();
  }

  #look(): void {
    this.#isSure();
    this.#ranAt = momentOf(this.#use.clock);
    this.#cancelLook = this.#use.clock.after(lookMs, () => this.#look());
  }

  #settle(): void {
    this.#isUnsure = false;
    for (const then of this.#held.splice(0)) {
      try {
        then();
      } catch (error) {
        this.#use.faults.report('hosting', error);
      }
    }
  }
}
