import type { RecordingId } from '../machines/model/ids.ts';
import type { RecordedSegment } from '../machines/model/recorded-segment.ts';
import type { Database } from './database.ts';

/** A piece of a recording that any host can read. */
export interface StoredSegment extends RecordedSegment {
  readonly durationMs: number;
}

/**
 * Pieces of recordings, in the database from when they are closed until the recording was delivered. They are not sealed, as the
 * files on a host's disk are not: who can read this database can also have every call to come recorded into a chat of his own.
 */
export class SegmentRepository {
  readonly #database: Database;
  readonly #host: string;

  /** @param host who stores: its id */
  constructor(database: Database, host: string) {
    this.#database = database;
    this.#host = host;
  }

  /**
   * Stores it once; a repetition changes nothing, also when it was delivered meanwhile.
   * @returns `unknown`: nobody has begun such a recording, or another host is writing it into a directory that is ours, too;
   * `over`: it was delivered without this piece
   */
  async store(
    segment: RecordedSegment,
    { bytes, durationMs }: { readonly bytes: Uint8Array; readonly durationMs: number },
  ): Promise<'stored' | 'unknown' | 'over'> {
    const { recording, run, no } = segment;
    const [found] = await this.#database.fork().execute<[{ stored: boolean; over: boolean }]>(
      `with stored as (
         insert into segment (id, recording, run, no, state, host, duration_ms, bytes)
         select ?::text, ?, ?::integer, ?::integer, 'stored', ?, ?::integer, decode(?, 'base64')
         where exists (select from recording_begun where id = ? and (host = ? or run > ?))
           or exists (select from recording where id = ? and run is not null)
         on conflict (id) do nothing returning id
       )
       select exists (select from stored) or exists (select from segment where id = ?) as stored,
         exists (select from segment where recording = ? and state = 'delivered') as over`,
      [
        ...[idOf(segment), recording, run, no, this.#host, Math.round(durationMs)],
        ...[Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')],
        ...[recording, this.#host, run, recording],
        ...[idOf(segment), recording],
      ],
    );
    return found.stored ? 'stored' : found.over ? 'over' : 'unknown';
  }

  /** In their order. */
  async of(recording: RecordingId): Promise<readonly StoredSegment[]> {
    const rows = await this.#database
      .fork()
      .execute<{ run: number; no: number; duration_ms: number }[]>(
        `select run, no, duration_ms from segment where recording = ? and state = 'stored' order by run, no`,
        [recording],
      );
    return rows.map(({ run, no, duration_ms }) => ({ recording, run, no, durationMs: duration_ms }));
  }

  /** Undefined: it is not there, or no longer. */
  async read(segment: RecordedSegment): Promise<Buffer | undefined> {
    const [row] = await this.#database
      .fork()
      .execute<{ bytes: Buffer | null }[]>('select bytes from segment where id = ?', [idOf(segment)]);
    return row?.bytes ?? undefined;
  }
}

const idOf = ({ recording, run, no }: RecordedSegment) => `${recording}/${run}/${no}`;
