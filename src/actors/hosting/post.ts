import type { Incarnation, ShardId } from '../../machines/model/shards.ts';
import { Lanes } from '../lanes.ts';
import type { WallClock } from '../ports/clock.ts';
import type { Faults } from '../ports/faults.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { Letter, ShardInbox, ShardInboxRow } from '../ports/shard-inbox.ts';
import { Repetition } from './repetition.ts';
import { systemHostClock } from './system-clock.ts';

export interface PostParts {
  readonly inbox: ShardInbox;
  readonly incarnation: Incarnation;
  /** Those that are ours at this moment, and for which we may act. */
  readonly shards: () => readonly ShardId[];
  /** `isLate`: not to be done any more, or perhaps done already by a host that died: whoever waits is to be told. */
  readonly take: (letter: Letter, isLate: boolean) => Promise<void> | void;
  readonly clock: WallClock;
  readonly faults: Faults;
  readonly hostClock?: HostClock;
}

/** A notification that was lost costs so much (runtime §7). */
const lookEveryMs = 1_000;
const batch = 100;
const mostInHand = 1_000;
const atOnce = 50;
const mostAttempts = 3;

/** Takes what other hosts have for this one: in order for each shard, each letter once in effect. */
export class Post {
  readonly #parts: PostParts;
  readonly #looks: Repetition;
  readonly #lanes: Lanes<ShardId>;
  readonly #inHand = new Set<string>();
  readonly #attempts = new Map<string, number>();
  #isWanted = false;

  constructor(parts: PostParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(atOnce, (error) => parts.faults.report('post', error));
    this.#looks = new Repetition(parts.hostClock ?? systemHostClock, () => this.#look());
  }

  /** Something has come, or what is ours has changed. */
  wake(): void {
    this.#isWanted = true;
    this.#looks.now();
  }

  /** Resolves when what was being done is done; the rest waits for the shards' next owners. */
  async close(): Promise<void> {
    await this.#looks.stop();
    this.#lanes.clear();
    await this.#lanes.idle();
  }

  async #look(): Promise<number> {
    const { inbox, shards, faults } = this.#parts;
    this.#isWanted = false;
    const ours = shards();
    const limit = Math.min(batch, mostInHand - this.#inHand.size);
    if (ours.length === 0 || limit <= 0) return lookEveryMs;
    try {
      const unreadable: string[] = [];
      const rows = await inbox.open(ours, limit, [...this.#inHand], (id, error) => {
        unreadable.push(id);
        faults.report('post', error);
      });
      for (const row of rows) this.#begin(row);
      for (const id of unreadable) await inbox.done(id);
      return this.#isWanted || rows.length === limit ? 0 : lookEveryMs;
    } catch (error) {
      faults.report('post', error);
      return lookEveryMs;
    }
  }

  #begin(row: Begun): void {
    this.#inHand.add(row.id);
    this.#lanes.add(row.shard, async () => {
      try {
        await this.#finish(row);
      } finally {
        this.#inHand.delete(row.id);
      }
    });
  }

  async #finish({ id, shard, letter, expiresAt, begunBy }: Begun): Promise<void> {
    const { inbox, incarnation, shards, take, clock, faults } = this.#parts;
    // It went to another host while this waited.
    if (!shards().includes(shard)) return;
    const isBegunElsewhere = begunBy !== undefined && begunBy !== incarnation;
    if (begunBy === undefined && !(await inbox.begin(id, incarnation))) return;
    const attempts = (this.#attempts.get(id) ?? 0) + 1;
    this.#attempts.set(id, attempts);
    try {
      await take(letter, isBegunElsewhere || clock.now() > (expiresAt ?? Infinity));
    } catch (error) {
      faults.report('post', error);
      if (attempts < mostAttempts) return;
    }
    this.#attempts.delete(id);
    await inbox.done(id);
  }
}

type Begun = ShardInboxRow & { readonly begunBy: Incarnation | undefined };
