import type { RegistrarRtts, Unmeasured } from '../actors/ports/registrar-rtts.ts';
import { type EpochMs, LineId, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';

const dayMs = 86_400_000;

/** How far registrars are from Workers, in the database. */
export class RegistrarRttRepository implements RegistrarRtts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A lost packet makes one measurement long: the new one counts for a quarter, one that is better at once. */
  async note(worker: string, registrar: string, rttMs: number, at: EpochMs): Promise<void> {
    await this.#database.fork().execute(
      `insert into registrar_rtt as known (worker, registrar, rtt_ms, measured_at) values (?, ?, ?, ?)
       on conflict (worker, registrar) do update set
         rtt_ms = case
           when known.measured_at < excluded.measured_at - interval '1 day' then excluded.rtt_ms
           else least(excluded.rtt_ms, known.rtt_ms * 0.75 + excluded.rtt_ms * 0.25)
         end,
         measured_at = excluded.measured_at`,
      [worker, registrar, rttMs, new Date(at)],
    );
  }

  async unmeasured(worker: string, since: EpochMs): Promise<readonly Unmeasured[]> {
    const rows = await this.#database.fork().execute<UnmeasuredRow[]>(unmeasuredSql, [worker, new Date(since)]);
    return rows.map(({ id, owner_id, template, registrar }) => ({
      id: LineId(id),
      owner: UserId(owner_id),
      template: template ?? undefined,
      registrar,
    }));
  }

  async to(registrar: string, at: EpochMs): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database
      .fork()
      .execute<{ worker: string; rtt_ms: number }[]>(
        'select worker, rtt_ms from registrar_rtt where registrar = ? and measured_at > ?',
        [registrar, new Date(at - dayMs)],
      );
    return new Map(rows.map(({ worker, rtt_ms }) => [worker, rtt_ms]));
  }
}

interface UnmeasuredRow {
  readonly id: string;
  readonly owner_id: string;
  readonly template: string | null;
  readonly registrar: string;
}

/** Registrars by the name that `registrarOf` gives them. */
const unmeasuredSql = `
  select * from (
    select distinct on (registrar) id, owner_id, template, registrar
    from line, lower(coalesce(nullif(proxy, ''), domain)) as registrar
    where line.worker = 'auto' and enabled and not exists (
      select from registrar_rtt known
      where known.worker = ? and known.registrar = registrar.registrar and measured_at > ?
    )
    order by registrar, random()
  ) as one order by random() limit 100`;
