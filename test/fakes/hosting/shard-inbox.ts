import type { ShardInbox, ShardInboxRow } from '../../../src/actors/ports/shard-inbox.ts';
import type { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';

/** Letters in memory. */
export class MemoryShardInbox implements ShardInbox {
  readonly #rows = new Map<string, ShardInboxRow & { begunBy: Incarnation | undefined; isDone: boolean }>();
  readonly unreadable = new Set<string>();
  isAway = false;
  /** What happens right after rows were read. */
  onOpen: () => void = () => {};

  get openIds(): readonly string[] {
    return [...this.#rows.values()].filter(({ isDone }) => !isDone).map(({ id }) => id);
  }

  async put(row: ShardInboxRow): Promise<void> {
    if (!this.#rows.has(row.id)) this.#rows.set(row.id, { ...row, begunBy: undefined, isDone: false });
  }

  async open(
    shards: readonly ShardId[],
    limit: number,
    except: readonly string[],
    unreadable: (id: string, error: unknown) => void,
  ): ReturnType<ShardInbox['open']> {
    if (this.isAway) throw new Error('no database');
    const rows = [...this.#rows.values()]
      .filter(({ id, shard, isDone }) => !isDone && shards.includes(shard) && !except.includes(id))
      .slice(0, limit)
      .map((row) => ({ ...row }));
    this.onOpen();
    for (const { id } of rows) if (this.unreadable.has(id)) unreadable(id, new Error('sealed with another key'));
    return rows.filter(({ id }) => !this.unreadable.has(id));
  }

  async begin(id: string, by: Incarnation): Promise<boolean> {
    const row = this.#rows.get(id);
    if (!row || row.begunBy !== undefined || row.isDone) return false;
    row.begunBy = by;
    return true;
  }

  async done(id: string): Promise<void> {
    const row = this.#rows.get(id);
    if (row) row.isDone = true;
  }
}
