import type { Worker, Workers } from '../actors/ports/workers.ts';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { WorkerEntity } from './entities/worker.ts';

/** Workers as they last told of themselves, in the database. */
export class WorkerRepository implements Workers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async all(): Promise<readonly Worker[]> {
    const rows = await this.#database.fork().find(WorkerEntity, {}, { orderBy: { name: 'asc', id: 'asc' } });
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
}
