import type { Incarnation, ShardId } from '../../machines/model/shards.ts';
import type { Faults } from '../ports/faults.ts';
import type { HostBook, HostLoad } from '../ports/host-book.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { ShardLocks } from '../ports/shard-locks.ts';
import { Beating } from './beating.ts';
import { Certainty } from './certainty.ts';
import { Claiming } from './claiming.ts';
import { HeldShards, type OwnedShard } from './held-shards.ts';
import { Losses } from './losses.ts';
import { Renewing } from './renewing.ts';
import { Repetition } from './repetition.ts';
import type { ShardHolder } from './shard-holder.ts';
import { systemHostClock } from './system-clock.ts';
import { fillEveryMs, retryMs } from './timings.ts';

export interface OwnershipOptions {
  /** Closed by `close`. */
  readonly book: HostBook;
  /** Closed by `close`. */
  readonly locks: ShardLocks;
  readonly holder: ShardHolder;
  readonly faults: Faults;
  readonly load?: () => HostLoad;
  readonly clock?: HostClock;
}

/** A host's share of the shards: takes them, shows that it lives, gives them away, and knows at any moment what it may do. */
export class Ownership {
  readonly #book: HostBook;
  readonly #locks: ShardLocks;
  readonly #held: HeldShards;
  readonly #losses: Losses;
  readonly #beating: Beating;
  readonly #claiming: Claiming;
  readonly #claims: Repetition;
  readonly #renewals: Repetition;
  readonly #beats: Repetition;
  readonly #fills: Repetition;
  readonly #certainty: Certainty;
  #closing: Promise<void> | undefined;

  constructor({ book, locks, holder, faults, load = () => ({}), clock = systemHostClock }: OwnershipOptions) {
    this.#book = book;
    this.#locks = locks;
    const held = new HeldShards(clock);
    const losses = new Losses({ clock, book, locks, held, holder, faults });
    const answered = () => beating.locksAnswered();
    const claiming = new Claiming({ clock, book, locks, held, losses, answered, room: () => beating.room });
    const isIdle = ({ owned }: { readonly owned: OwnedShard }) => holder.isIdle(owned.shard);
    const certainty = new Certainty({ clock, mayAct: () => held.mayActAtAll, ask: () => this.#beats.now(), faults });
    const heard = () => certainty.heard();
    const beating = new Beating({ clock, book, held, losses, claiming, heard, isIdle, load });
    const renewing = new Renewing({ clock, locks, held, losses, answered, ask: () => this.#beats.now() });
    this.#held = held;
    this.#losses = losses;
    this.#beating = beating;
    this.#claiming = claiming;
    this.#certainty = certainty;
    this.#claims = new Repetition(clock, () => claiming.attempt());
    this.#renewals = new Repetition(clock, () => renewing.renew());
    this.#beats = new Repetition(clock, () => beating.beat());
    this.#fills = new Repetition(clock, () => this.#fill());
  }

  get incarnation(): Incarnation {
    return this.#book.incarnation;
  }

  /** Takes shards from now on. @throws DatabaseUnavailable: nothing was begun */
  async start(): Promise<void> {
    await this.#beating.first();
    this.#certainty.start();
    for (const part of [this.#beats, this.#fills, this.#renewals, this.#claims]) part.now();
  }

  /**
   * To be asked at each use, also by a process that has just been woken: while it is false no request, call or message may leave,
   * and sound flows on. It becomes true again by itself when a renewal succeeds.
   */
  mayAct(shard: ShardId): boolean {
    return this.#held.mayAct(shard);
  }

  /**
   * The same for this host as a whole, for those who know no shard: requests on the wire. What was taken from it one by one
   * has been dropped by then.
   */
  get mayActAtAll(): boolean {
    return this.#held.mayActAtAll;
  }

  /**
   * Runs it at once; or, in a process that did not run for a while, when it knows what is still its own, in order. For whatever
   * comes in: from the networks, from timers, from other threads.
   */
  whenSure(then: () => void): void {
    this.#certainty.whenSure(then);
  }

  /** Whether it has what is its share now; resolves no later than `patience` aborts. */
  async filled(patience: AbortSignal): Promise<boolean> {
    if (!patience.aborted) {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      patience.addEventListener('abort', () => resolve(), { once: true });
      await Promise.race([this.#claiming.filled(), over]);
    }
    return !patience.aborted;
  }

  /** What is ours, also while we may not act. Every write for a shard carries its epoch (`db/hosting/fence.ts`). */
  owned(shard: ShardId): OwnedShard | undefined {
    return this.#held.get(shard)?.owned;
  }

  get shards(): readonly OwnedShard[] {
    return this.#held.all().map(({ owned }) => owned);
  }

  /** A write with this epoch touched no row: the shard is another's. */
  refused(shard: ShardId, epoch: number): void {
    const held = this.#held.get(shard);
    if (held?.owned.epoch === epoch) this.#losses.lose(held, 'taken');
  }

  /** Takes nothing any more, gives what is idle away at once, and each of the others as soon as it is (`idle`). */
  drain(): void {
    this.#beating.drain();
    this.#beating.giveAway();
    this.#beats.now();
  }

  /** Something has ended: what could not be given away may be idle now. */
  idle(): void {
    if (this.#beating.isDraining) this.#beating.giveAway();
  }

  /** When it may be ended: nothing is ours any more, or the signal aborted. */
  async emptied(patience: AbortSignal): Promise<void> {
    if (patience.aborted) return;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    patience.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([this.#held.emptied().then(() => this.#losses.settled()), over]);
  }

  /** Gives everything away, also what is not idle, and says good-bye. Takes at most 20 s. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#beating.drain();
    const claimsEnd = this.#claims.stop();
    for (const held of this.#held.all()) this.#losses.release(held);
    await Promise.all([this.#beats.stop(), this.#renewals.stop(), this.#fills.stop(), this.#losses.settled()]);
    // One that was being claimed all the while.
    await claimsEnd;
    for (const held of this.#held.all()) this.#losses.release(held);
    await this.#losses.settled();
    this.#certainty.stop();
    await this.#book.leave();
    await this.#locks.close();
  }

  async #fill(): Promise<number> {
    try {
      await this.#locks.fill();
      this.#beating.locksAnswered();
      return fillEveryMs;
    } catch (error) {
      this.#losses.report('putting back the jobs of shards', error);
      return retryMs;
    }
  }
}
