import type { UserId } from '../../machines/model/ids.ts';
import { botShard, leadShard, type ShardId } from '../../machines/model/shards.ts';
import type { Faults } from '../ports/faults.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { OwnedShard } from './held-shards.ts';
import type { LossReason, ShardHolder } from './shard-holder.ts';
import { systemHostClock } from './system-clock.ts';
import { againMs, gatherMs } from './timings.ts';

/** Reading that one host at a time does. */
interface Role {
  read(): void;
  leave(): void | Promise<void>;
}

export interface ShardWorkParts {
  /** Reads the settings bot's updates. */
  readonly bot: Role;
  /** Reads what is written to the chat account. */
  readonly lead: Role;
  readonly lines: {
    /** Starts those that are carried here, and stops the others. */
    follow(): Promise<void>;
    /** Without a word to anybody. */
    drop(isLost: (user: UserId) => boolean): void;
  };
  readonly calls: {
    /** These shards have come: what is left of their people's calls is taken up, before anything of theirs begins anew. */
    recover(shards: readonly OwnedShard[]): Promise<void>;
    /** Without a word to anybody. */
    drop(isLost: (user: UserId) => boolean): void;
  };
  /** Shards have begun here (`hasBegun`). */
  readonly begun: () => void;
  /** People for whom something goes on here that cannot be moved. */
  readonly engaged: () => Iterable<UserId>;
  readonly shardOf: (user: UserId) => ShardId;
  readonly faults: Faults;
  readonly clock?: HostClock;
}

/** Begins what is to be done for a shard, and ends it: lines of its users, or one of the two readers. */
export class ShardWork implements ShardHolder {
  readonly #parts: ShardWorkParts;
  readonly #clock: HostClock;
  readonly #roles: ReadonlyMap<ShardId, InTurn>;
  /** Not begun yet. */
  readonly #new = new Map<ShardId, OwnedShard>();
  /** Their lines have not been followed yet. */
  readonly #recovered = new Set<ShardId>();
  /** Of these lines run, and calls that were left have been taken up. */
  readonly #begun = new Set<ShardId>();
  /** Lines are to be looked at again: shards have come, or they could not be read. */
  #isDue = false;
  #beginning: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(parts: ShardWorkParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemHostClock;
    this.#roles = new Map([
      [botShard, new InTurn(parts.bot, parts.faults)],
      [leadShard, new InTurn(parts.lead, parts.faults)],
    ]);
  }

  gained(owned: OwnedShard): void {
    const role = this.#roles.get(owned.shard);
    if (role) {
      void role.do((reader) => reader.read());
      return;
    }
    this.#new.set(owned.shard, owned);
    this.#isDue = true;
    // They come one by one, and what begins for them reads all lines.
    this.#later(gatherMs);
  }

  async lost({ shard }: OwnedShard, why: LossReason): Promise<void> {
    const { lines, calls, shardOf } = this.#parts;
    const isLost = (user: UserId) => shardOf(user) === shard;
    this.#new.delete(shard);
    this.#recovered.delete(shard);
    this.#begun.delete(shard);
    const role = this.#roles.get(shard);
    if (role) await role.do((reader) => reader.leave());
    else if (why === 'taken') {
      calls.drop(isLost);
      lines.drop(isLost);
    } else if (!this.#closed) await this.#try(() => lines.follow());
  }

  /** Whether what is written to its people can be seen to: before that they would have no line. */
  hasBegun(shard: ShardId): boolean {
    return this.#roles.has(shard) || this.#begun.has(shard);
  }

  isIdle(shard: ShardId): boolean {
    return ![...this.#parts.engaged()].some((user) => this.#parts.shardOf(user) === shard);
  }

  /** Begins now what would be begun in a moment, and waits for what is being begun. */
  async begin(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    // One at a time: calls that are being taken up must not be taken up again.
    this.#beginning = this.#beginning.then(() => this.#beginDue());
    await this.#beginning;
  }

  async #beginDue(): Promise<void> {
    if (!this.#isDue || this.#closed) return;
    this.#isDue = false;
    const { lines, calls } = this.#parts;
    const isDone = await this.#try(async () => {
      const shards = [...this.#new.values()];
      if (shards.length > 0) await calls.recover(shards);
      for (const owned of shards) {
        if (this.#new.get(owned.shard)?.epoch !== owned.epoch) continue;
        this.#new.delete(owned.shard);
        this.#recovered.add(owned.shard);
      }
      await lines.follow();
      for (const shard of this.#recovered) this.#begun.add(shard);
      this.#recovered.clear();
      this.#parts.begun();
    });
    if (isDone) return;
    this.#isDue = true;
    this.#later(againMs);
  }

  /** Begins nothing any more; what is given away from now on was ended by others. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #later(ms: number): void {
    if (this.#closed) return;
    this.#cancel ??= this.#clock.after(ms, () => void this.begin());
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#parts.faults.report('lines', error);
      return false;
    }
  }
}

/** One that leaves is waited for before it reads again. */
class InTurn {
  readonly #role: Role;
  readonly #faults: Faults;
  #turn: Promise<void> = Promise.resolve();

  constructor(role: Role, faults: Faults) {
    this.#role = role;
    this.#faults = faults;
  }

  do(what: (role: Role) => void | Promise<void>): Promise<void> {
    this.#turn = this.#turn
      .then(() => what(this.#role))
      .catch((error: unknown) => this.#faults.report('hosting', error));
    return this.#turn;
  }
}
