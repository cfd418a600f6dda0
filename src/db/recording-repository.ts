import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Delivery } from '../actors/ports/recording-delivery.ts';
import { EpochMs, RecordingId, UserId } from '../machines/model/ids.ts';
import type { DeliveryFault } from '../machines/model/recording-faults.ts';
import type { Database } from './database.ts';
import { RecordingEntity, type RecordingRow } from './entities/recording.ts';

/** A recording and how far its delivery has come. */
export interface StoredRecording extends DeliveryProgress {
  readonly delivery: Delivery;
  readonly takenAt: EpochMs;
  /** Where the file is, if it is one and not in segments; undefined of what an earlier release left. */
  readonly host?: string | undefined;
}

export interface DeliveryProgress {
  readonly nextTryAt: EpochMs;
  readonly tries: number;
  /** Why the last try failed. */
  readonly why: DeliveryFault | undefined;
  /** Parts the destination has. */
  readonly partsSent: number;
  readonly partsSentToOwner: number;
  readonly ownerTold: boolean;
  readonly deliveredAt: EpochMs | undefined;
}

/** Recordings that were not delivered yet, in the database. */
export class RecordingRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * It is no longer being recorded. Known already: nothing changes.
   * @returns false when it is not to be delivered by who asks: it was, or another host goes on with it
   */
  async add(recording: StoredRecording): Promise<boolean> {
    const { recording: id, file } = recording.delivery;
    const { segments } = file;
    return this.#database.fork().transactional(async (em) => {
      if (segments) {
        const [begun] = await em.execute<{ run: number }[]>('select run from recording_begun where id = ? for update', [
          id,
        ]);
        if (begun && begun.run !== segments.run) return false;
        await em.execute('delete from recording_begun where id = ?', [id]);
        const [over] = await em.execute<unknown[]>(
          `select from segment where recording = ? and state = 'delivered' limit 1`,
          [id],
        );
        if (over) return false;
      }
      await this.#insert(em, recording);
      return true;
    });
  }

  async #insert(em: SqlEntityManager, { delivery, takenAt, host, ...progress }: StoredRecording): Promise<void> {
    const { segments } = delivery.file;
    await em.upsert(
      RecordingEntity,
      {
        id: delivery.recording,
        path: delivery.file.path,
        bytes: delivery.file.bytes,
        durationMs: Math.round(delivery.file.durationMs),
        userId: delivery.user,
        ownerId: delivery.owner,
        chat: delivery.chat ?? null,
        title: delivery.title,
        performer: delivery.performer,
        caption: delivery.caption,
        startedAt: new Date(delivery.startedAt),
        takenAt: new Date(takenAt),
        host: host ?? null,
        run: segments?.run ?? null,
        segments: segments?.count ?? null,
        ...columnsOf(progress),
      },
      { onConflictAction: 'ignore' },
    );
  }

  async find(recording: RecordingId): Promise<StoredRecording | undefined> {
    const row = await this.#database.fork().findOne(RecordingEntity, { id: recording });
    return row ? storedOf(row) : undefined;
  }

  /** Those whose time has come and that this host can deliver, the longest waiting first. */
  async due(now: EpochMs, host: string, limit: number): Promise<readonly RecordingId[]> {
    const rows = await this.#database
      .fork()
      .find(
        RecordingEntity,
        { nextTryAt: { $lte: new Date(now) }, $or: [{ run: { $ne: null } }, { host: null }, { host }] },
        { orderBy: { nextTryAt: 'asc' }, limit, fields: ['id'] },
      );
    return rows.map(({ id }) => RecordingId(id));
  }

  async save(recording: RecordingId, progress: DeliveryProgress): Promise<void> {
    await this.#database.fork().nativeUpdate(RecordingEntity, { id: recording }, columnsOf(progress));
  }

  /** For as long as nobody else does: not another host beside this one, but this host's next process. */
  async claim(recording: RecordingId, host: string, forMs: number): Promise<boolean> {
    const claimed = await this.#database.fork().execute<unknown[]>(
      `update recording set claimed_by = ?, claimed_until = now() + ? * interval '1 ms'
       where id = ? and (claimed_by is null or claimed_by = ? or claimed_until < now()) returning id`,
      [host, forMs, recording, host],
    );
    return claimed.length > 0;
  }

  async release(recording: RecordingId, host: string): Promise<void> {
    await this.#database
      .fork()
      .execute('update recording set claimed_by = null where id = ? and claimed_by = ?', [recording, host]);
  }

  /** Its pieces are emptied. */
  async remove(recording: RecordingId): Promise<void> {
    await this.#database.fork().execute(
      `with emptied as (update segment set state = 'delivered', bytes = null where recording = ?)
       delete from recording where id = ?`,
      [recording, recording],
    );
  }
}

const columnsOf = (progress: DeliveryProgress) => ({
  nextTryAt: new Date(progress.nextTryAt),
  tries: progress.tries,
  reason: progress.why ? JSON.stringify(progress.why) : null,
  partsSent: progress.partsSent,
  partsSentToOwner: progress.partsSentToOwner,
  ownerTold: progress.ownerTold,
  deliveredAt: progress.deliveredAt === undefined ? null : new Date(progress.deliveredAt),
});

const storedOf = (row: RecordingRow): StoredRecording => ({
  delivery: {
    recording: RecordingId(row.id),
    file: {
      path: row.path,
      bytes: row.bytes,
      durationMs: row.durationMs,
      ...(typeof row.run === 'number' && { segments: { run: row.run, count: row.segments ?? undefined } }),
    },
    user: UserId(row.userId),
    owner: UserId(row.ownerId),
    chat: row.chat ?? undefined,
    title: row.title,
    performer: row.performer,
    caption: row.caption,
    startedAt: EpochMs(row.startedAt.getTime()),
  },
  takenAt: EpochMs(row.takenAt.getTime()),
  host: row.host ?? undefined,
  nextTryAt: EpochMs(row.nextTryAt.getTime()),
  tries: row.tries,
  why: row.reason === null || row.reason === undefined ? undefined : faultOf(row.reason),
  partsSent: row.partsSent,
  partsSentToOwner: row.partsSentToOwner,
  ownerTold: row.ownerTold,
  deliveredAt: row.deliveredAt ? EpochMs(row.deliveredAt.getTime()) : undefined,
});

/** Rows of an earlier release hold words. */
function faultOf(reason: string): DeliveryFault {
  return reason.startsWith('{') ? (JSON.parse(reason) as DeliveryFault) : { kind: 'refused', words: reason };
}
