import { clockLimitMs, clockOffsetMs, clockRemedy } from '../../machines/model/clocks.ts';
import type { Beat, HostBook, HostLoad } from '../ports/host-book.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { Claiming } from './claiming.ts';
import type { Held, HeldShards } from './held-shards.ts';
import type { Losses } from './losses.ts';
import { elapsedMs, type Moment, momentOf } from './moment.ts';
import { beatEveryMs, doubtMs, fenceMs, releasedPerBeat, retryMs } from './timings.ts';

export interface BeatingOptions {
  readonly clock: HostClock;
  readonly book: HostBook;
  readonly held: HeldShards;
  readonly losses: Losses;
  readonly claiming: Pick<Claiming, 'isPending'>;
  /** What is ours was said and heeded, in answer to a request of now. */
  readonly heard: () => void;
  readonly isIdle: (held: Held) => boolean;
  readonly load: () => HostLoad;
}

/** Shows that this host lives, and hears from the database what is ours and how much of it should be. */
export class Beating {
  readonly #use: BeatingOptions;
  /** Rows that are ours although we do not hold the shard: a claim or a release whose answer was lost. By the last beat. */
  #strays: ReadonlySet<string> = new Set();
  /** When the server of the locks last answered. */
  #locksAt: Moment;
  #others = 0;
  /** By how much the database's clock was ahead at the last beat. */
  #clockMs = 0;
  /** The database wants this host empty, or gave its name to another. */
  #isSentAway = false;
  #isLeaving = false;
  #isUsurped = false;

  constructor(options: BeatingOptions) {
    this.#use = options;
    this.#locksAt = momentOf(options.clock);
  }

  /** How many shards this host may have. */
  get room(): number {
    if (this.isDraining) return 0;
    return Math.ceil(this.#use.book.shards.length / (this.#others + 1));
  }

  get isDraining(): boolean {
    return this.#isLeaving || this.#isSentAway;
  }

  /** For good: this host takes nothing any more. */
  drain(): void {
    this.#isLeaving = true;
  }

  locksAnswered(): void {
    this.#locksAt = momentOf(this.#use.clock);
  }

  /** @throws what the database throws */
  async first(): Promise<void> {
    this.#hear(await this.#use.book.beat(this.#pulse()));
  }

  /** @returns the pause until the next time, in milliseconds */
  async beat(): Promise<number> {
    const { clock, book, held, losses } = this.#use;
    const at = momentOf(clock);
    const before = held.all();
    try {
      const beat = await book.beat(this.#pulse());
      held.rowConfirmed(at);
      this.#compareClocks(beat, at);
      this.#hear(beat);
      this.#drop(before, beat);
      if (held.isRowFresh) this.#use.heard();
      this.#freeStrays(beat);
      this.giveAway();
    } catch (error) {
      losses.report('showing that this host lives', error);
      this.#giveUpDoubted();
      return retryMs;
    }
    return Math.max(0, beatEveryMs - elapsedMs(clock, at));
  }

  /** Gives away what is idle and too much: all of it when this host is to be empty, otherwise a few at a time. */
  giveAway(): void {
    const { held, losses, isIdle } = this.#use;
    // Who is alone goes on until the end: nobody else would read what people press meanwhile.
    if (this.isDraining && this.#others === 0 && !this.#isUsurped) return;
    const surplus = this.isDraining ? held.size : Math.min(held.covered - this.room, releasedPerBeat);
    if (surplus <= 0) return;
    const idle = held.all().filter((one) => (this.isDraining || one.lock) && isIdle(one));
    for (const one of idle.slice(0, surplus)) losses.release(one);
  }

  #pulse() {
    const { clock, load } = this.#use;
    return {
      claiming: elapsedMs(clock, this.#locksAt) < fenceMs,
      draining: this.#isLeaving,
      load: { ...load(), clockMs: this.#clockMs },
    };
  }

  #hear(beat: Beat): void {
    this.#others = beat.others;
    this.#isSentAway = beat.draining || beat.usurped;
    this.#isUsurped = beat.usurped;
    if (beat.usurped) {
      this.#use.losses.report('hosting', new Error(`another process runs as ${this.#use.book.incarnation}`));
    }
  }

  #drop(before: readonly Held[], beat: Beat): void {
    const epochs = new Map(beat.owned.map(({ shard, epoch }) => [shard, epoch]));
    for (const one of before) {
      one.doubtedAt = undefined;
      if (epochs.get(one.owned.shard) !== one.owned.epoch) this.#use.losses.lose(one, 'taken');
    }
  }

  #freeStrays({ owned }: Beat): void {
    const { book, held, losses, claiming } = this.#use;
    const strays = owned.filter(({ shard }) => !held.get(shard) && !claiming.isPending(shard));
    for (const { shard, epoch } of strays.filter(({ shard }) => this.#strays.has(shard))) {
      book.release(shard, epoch).catch((error: unknown) => losses.report('releasing shards', error));
    }
    this.#strays = new Set(strays.map(({ shard }) => shard));
  }

  #giveUpDoubted(): void {
    const { clock, held, losses } = this.#use;
    for (const one of held.all()) {
      if (one.doubtedAt && elapsedMs(clock, one.doubtedAt) >= doubtMs) losses.lose(one, 'taken');
    }
  }

  #compareClocks({ at: databaseAt }: Beat, sentAt: Moment): void {
    const { clock, losses } = this.#use;
    const offsetMs = clockOffsetMs(databaseAt, sentAt.wallMs, clock.wallMs());
    this.#clockMs = Math.round(offsetMs);
    if (Math.abs(offsetMs) > clockLimitMs) losses.report('clocks', new Error(clockRemedy(offsetMs)));
  }
}
