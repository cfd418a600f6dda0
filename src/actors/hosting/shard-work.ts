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
  /** Shards with people have come. */
  readonly came: () => Promise<void>;
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

  gained({ shard }: OwnedShard): void {
    const role = this.#roles.get(shard);
    if (role) void role.do((reader) => reader.read());
    // They come one by one, and what begins for them reads all lines.
    else this.#later(gatherMs);
  }

  async lost({ shard }: OwnedShard, why: LossReason): Promise<void> {
    const { lines, shardOf } = this.#parts;
    const role = this.#roles.get(shard);
    if (role) await role.do((reader) => reader.leave());
    else if (why === 'taken') lines.drop((user) => shardOf(user) === shard);
    else if (!this.#closed) await this.#try(() => lines.follow());
  }

  isIdle(shard: ShardId): boolean {
    return ![...this.#parts.engaged()].some((user) => this.#parts.shardOf(user) === shard);
  }

  /** Begins now what would be begun in a moment. */
  async begin(): Promise<void> {
    const { lines, came } = this.#parts;
    this.#cancel?.();
    this.#cancel = undefined;
    const isDone = await this.#try(async () => {
      await lines.follow();
      await came();
    });
    if (!isDone) this.#later(againMs);
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
