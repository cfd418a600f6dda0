import type { WorkerBook } from '../actors/ports/worker-book.ts';
import type { Worker } from '../actors/ports/workers.ts';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { WorkerEntity } from './entities/worker.ts';

/** Workers as they last told of themselves, in the database. */
export class WorkerRepository implements WorkerBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async all(): Promise<readonly Worker[]> {
    const rows = await this.#database.rows.read('workers', () =>
      this.#database.fork().find(WorkerEntity, {}, { orderBy: { name: 'asc', id: 'asc' } }),
    );
    return rows.map(({ ownerId, seenAt, ...rest }) => ({
      id: rest.id,
      kind: rest.kind,
      owner: ownerId == null ? undefined : UserId(ownerId),
      name: rest.name,
      place: rest.place,
      free: rest.free,
      load: rest.load,
      seenAt: EpochMs(seenAt.getTime()),
      switchedOff: rest.switchedOff,
    }));
  }

  async put({ owner, seenAt, ...worker }: Worker): Promise<void> {
    await this.#database.fork().upsert(WorkerEntity, { ...worker, ownerId: owner ?? null, seenAt: new Date(seenAt) });
    this.#database.rows.forget('workers');
  }

  async switchOff(id: Worker['id']): Promise<boolean> {
    const changed = await this.#database
      .fork()
      .nativeUpdate(WorkerEntity, { id, switchedOff: false }, { switchedOff: true });
    this.#database.rows.forget('workers');
    return changed > 0;
  }

  async remove(id: Worker['id']): Promise<boolean> {
    const removed = await this.#database.fork().nativeDelete(WorkerEntity, { id });
    this.#database.rows.forget('workers');
    return removed > 0;
  }
}
