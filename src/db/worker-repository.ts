import type { WorkerBook, WorkerSaid } from '../actors/ports/worker-book.ts';
import type { Worker } from '../actors/ports/workers.ts';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import { formerWorker } from '../machines/model/placement.ts';
import { mainWorker } from '../machines/model/shards.ts';
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
      this.#database.fork().find(WorkerEntity, { id: { $ne: formerWorker } }, { orderBy: { name: 'asc', id: 'asc' } }),
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

  async announce(worker: WorkerSaid, at: EpochMs): Promise<void> {
    const { id, kind, owner, name, place } = worker;
    const free = kind === 'official' && id === mainWorker;
    await this.#database.fork().execute(announceSql, [id, kind, owner ?? null, name, place, free, id, new Date(at)]);
    this.#database.rows.forget('workers');
  }

  async enter({ id, kind, owner, name, place, free }: Parameters<WorkerBook['enter']>[0], at: EpochMs): Promise<void> {
    const values = [id, kind, owner ?? null, name, place, free, new Date(at - unseenMs)];
    await this.#database.fork().execute(enterSql, values);
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

/** More than a Worker may be silent; from then on it has its half hour until it is given up. */
const unseenMs = 16_000;

const announceSql = `
  insert into worker as known (id, kind, owner_id, name, place, free, load, seen_at, switched_off) values (
    ?, ?, ?, ?, ?, ?,
    (
      select coalesce(avg(least(1, greatest(0, (load->>'busy')::float))), 0) from host
      where worker = ? and seen_at > clock_timestamp() - interval '5 s'
    ),
    ?, false
  )
  on conflict (id) do update set
    kind = excluded.kind, owner_id = excluded.owner_id, name = excluded.name, place = excluded.place,
    load = excluded.load, seen_at = greatest(known.seen_at, excluded.seen_at), switched_off = false`;

const enterSql = `
  insert into worker as known (id, kind, owner_id, name, place, free, load, seen_at, switched_off)
  values (?, ?, ?, ?, ?, ?, 0, ?, false)
  on conflict (id) do update set
    kind = excluded.kind, owner_id = excluded.owner_id, name = excluded.name, place = excluded.place,
    free = excluded.free, seen_at = greatest(known.seen_at, excluded.seen_at), switched_off = false`;
