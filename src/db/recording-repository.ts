import type { Delivery } from '../actors/ports/recording-delivery.ts';
import { EpochMs, RecordingId, UserId } from '../machines/model/ids.ts';
import type { DeliveryFault } from '../machines/model/recording-faults.ts';
import type { Database } from './database.ts';
import { RecordingEntity, type RecordingRow } from './entities/recording.ts';

/** A recording and how far its delivery has come. */
export interface StoredRecording extends DeliveryProgress {
  readonly delivery: Delivery;
  readonly takenAt: EpochMs;
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

  /** Known already: nothing changes. */
  async add({ delivery, takenAt, ...progress }: StoredRecording): Promise<void> {
    await this.#database.fork().upsert(
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
        ...columnsOf(progress),
      },
      { onConflictAction: 'ignore' },
    );
  }

  async find(recording: RecordingId): Promise<StoredRecording | undefined> {
    const row = await this.#database.fork().findOne(RecordingEntity, { id: recording });
    return row ? storedOf(row) : undefined;
  }

  /** Those whose time has come, the longest waiting first. */
  async due(now: EpochMs, limit: number): Promise<readonly RecordingId[]> {
    const rows = await this.#database
      .fork()
      .find(
        RecordingEntity,
        { nextTryAt: { $lte: new Date(now) } },
        { orderBy: { nextTryAt: 'asc' }, limit, fields: ['id'] },
      );
    return rows.map(({ id }) => RecordingId(id));
  }

  async save(recording: RecordingId, progress: DeliveryProgress): Promise<void> {
    await this.#database.fork().nativeUpdate(RecordingEntity, { id: recording }, columnsOf(progress));
  }

  async remove(recording: RecordingId): Promise<void> {
    await this.#database.fork().nativeDelete(RecordingEntity, { id: recording });
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
    file: { path: row.path, bytes: row.bytes, durationMs: row.durationMs },
    user: UserId(row.userId),
    owner: UserId(row.ownerId),
    chat: row.chat ?? undefined,
    title: row.title,
    performer: row.performer,
    caption: row.caption,
    startedAt: EpochMs(row.startedAt.getTime()),
  },
  takenAt: EpochMs(row.takenAt.getTime()),
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
