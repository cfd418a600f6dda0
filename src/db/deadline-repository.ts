import type { Deadline } from '../actors/ports/deadlines.ts';
import { EpochMs } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { DeadlineEntity } from './entities/deadline.ts';

/** Deadlines in the database. */
export class DeadlineRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Replaces the one of the same address and kind. */
  async put({ address, kind, dueAt }: Deadline): Promise<void> {
    await this.#database.fork().upsert(DeadlineEntity, { address, kind, dueAt: new Date(dueAt) });
  }

  async find(address: string, kind: string): Promise<Deadline | undefined> {
    const row = await this.#database.fork().findOne(DeadlineEntity, { address, kind });
    return row ? deadlineOf(row) : undefined;
  }

  async remove(address: string, kind: string): Promise<void> {
    await this.#database.fork().nativeDelete(DeadlineEntity, { address, kind });
  }

  /** Removes it unless it was replaced meanwhile. */
  async removeExact({ address, kind, dueAt }: Deadline): Promise<void> {
    await this.#database.fork().nativeDelete(DeadlineEntity, { address, kind, dueAt: new Date(dueAt) });
  }

  /** Those due until then, the earliest first, from the one after `after` on. */
  async dueUntil(until: EpochMs, limit: number, after?: Deadline): Promise<readonly Deadline[]> {
    const rows = await this.#database
      .fork()
      .find(
        DeadlineEntity,
        { dueAt: { $lte: new Date(until) }, ...(after && { $or: laterThan(after) }) },
        { orderBy: [{ dueAt: 'asc' }, { address: 'asc' }, { kind: 'asc' }], limit },
      );
    return rows.map(deadlineOf);
  }
}

const laterThan = ({ address, kind, dueAt }: Deadline) => {
  const at = new Date(dueAt);
  return [
    { dueAt: { $gt: at } },
    { dueAt: at, address: { $gt: address } },
    { dueAt: at, address, kind: { $gt: kind } },
  ];
};

const deadlineOf = ({ address, kind, dueAt }: { address: string; kind: string; dueAt: Date }): Deadline => ({
  address,
  kind,
  dueAt: EpochMs(dueAt.getTime()),
});
