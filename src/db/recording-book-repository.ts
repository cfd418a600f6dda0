import type { BegunRecording, KnownRecording, RecordingBook } from '../actors/ports/recording-book.ts';
import { RecordingId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';

interface BegunRow {
  readonly host: string;
  readonly run: number;
  readonly about: Omit<BegunRecording, 'recording' | 'limitMs'> & { readonly limitMs?: number };
  /** A sum; the driver gives it as text. */
  readonly stored_ms: string | null;
}

const storedSql = `(select sum(duration_ms) from segment where recording = recording_begun.id) as stored_ms`;

/** Recordings that are being made, in the database. */
export class RecordingBookRepository implements RecordingBook {
  readonly #database: Database;
  readonly #host: string;

  constructor(database: Database, host: string) {
    this.#database = database;
    this.#host = host;
  }

  async begin({ recording, ...about }: BegunRecording): Promise<void> {
    await this.#database
      .fork()
      .execute('insert into recording_begun (id, host, about) values (?, ?, ?) on conflict (id) do nothing', [
        ...[recording, this.#host, JSON.stringify(about)],
      ]);
  }

  async find(recording: RecordingId): Promise<KnownRecording | undefined> {
    const [row] = await this.#database
      .fork()
      .execute<BegunRow[]>(`select host, run, about, ${storedSql} from recording_begun where id = ?`, [recording]);
    return row && known(recording, row);
  }

  async takeOver(recording: RecordingId): Promise<KnownRecording | undefined> {
    const [row] = await this.#database
      .fork()
      .execute<BegunRow[]>(
        `update recording_begun set host = ?, run = run + 1 where id = ? returning host, run, about, ${storedSql}`,
        [this.#host, recording],
      );
    return row && known(recording, row);
  }

  async begunOn(host: string): Promise<readonly RecordingId[]> {
    const rows = await this.#database
      .fork()
      .execute<{ id: string }[]>('select id from recording_begun where host = ? order by id', [host]);
    return rows.map(({ id }) => RecordingId(id));
  }

  async forget(recording: RecordingId, run: number): Promise<void> {
    await this.#database.fork().execute('delete from recording_begun where id = ? and run = ?', [recording, run]);
  }
}

const known = (recording: RecordingId, { host, run, about, stored_ms }: BegunRow): KnownRecording => ({
  limitMs: undefined,
  ...about,
  recording,
  host,
  run,
  storedMs: Number(stored_ms ?? 0),
});
