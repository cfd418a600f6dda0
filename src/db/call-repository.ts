import type { CallLog, CallRecord } from '../actors/ports/call-log.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import { CallId, EpochMs, LineId, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { CallEntity, type CallRow } from './entities/call.ts';

const epoch = (date: Date | null | undefined) => (date ? EpochMs(date.getTime()) : undefined);

const recordOf = (row: CallRow): CallRecord => ({
  call: CallId(row.id),
  user: UserId(row.userId),
  line: LineId(row.lineId),
  direction: row.direction,
  number: row.number ?? undefined,
  target: row.target ?? undefined,
  openedAt: EpochMs(row.openedAt.getTime()),
  answeredAt: epoch(row.answeredAt),
  endedAt: epoch(row.endedAt),
  cause: row.cause ?? undefined,
});

/** Ends of a call that was not answered and yet was not missed. */
const taken: ReadonlySet<HangupCause['kind']> = new Set(['declined', 'answered-elsewhere']);

/** Call records in the database. */
export class CallRepository implements CallLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async opened(record: Omit<CallRecord, 'answeredAt' | 'endedAt' | 'cause'>): Promise<void> {
    await this.#database.fork().insertMany(CallEntity, [
      {
        id: record.call,
        userId: record.user,
        lineId: record.line,
        direction: record.direction,
        number: record.number ?? null,
        target: record.target ?? null,
        openedAt: new Date(record.openedAt),
      },
    ]);
  }

  async answered(call: CallId, at: EpochMs): Promise<void> {
    await this.#database.fork().nativeUpdate(CallEntity, { id: call, answeredAt: null }, { answeredAt: new Date(at) });
  }

  async ended(call: CallId, at: EpochMs, cause: HangupCause): Promise<void> {
    await this.#database.fork().nativeUpdate(CallEntity, { id: call, endedAt: null }, { endedAt: new Date(at), cause });
  }

  async find(call: CallId): Promise<CallRecord | undefined> {
    const row = await this.#database.fork().findOne(CallEntity, { id: call });
    return row ? recordOf(row) : undefined;
  }

  async lastMissed(user: UserId, since: EpochMs): Promise<CallRecord | undefined> {
    const missed = {
      userId: user,
      direction: 'incoming' as const,
      number: { $ne: null },
      answeredAt: null,
      endedAt: { $gte: new Date(since) },
    };
    const rows = await this.#database.fork().find(CallEntity, missed, { orderBy: { endedAt: 'desc' }, limit: 10 });
    return rows.map(recordOf).find(({ cause }) => cause !== undefined && !taken.has(cause.kind));
  }
}
