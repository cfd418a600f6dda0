import type { DueLine, Placements } from '../actors/ports/placements.ts';
import { LineId, UserId } from '../machines/model/ids.ts';
import { auto, carrierOf, formerWorker, registrarOf } from '../machines/model/placement.ts';
import { mainWorker } from '../machines/model/shards.ts';
import type { Database } from './database.ts';
import { type Lease, leaseParameters, leaseSql } from './hosting/fence.ts';
import { lineChannel } from './line-changes.ts';

/** On which Worker lines on Auto are, in the database. */
export class PlacementRepository implements Placements {
  readonly #database: Database;
  readonly #lease: () => Lease | undefined;

  /** @param lease of `main/lead`, while it is this host's */
  constructor(database: Database, lease: () => Lease | undefined) {
    this.#database = database;
    this.#lease = lease;
  }

  async due(well: readonly string[]): Promise<readonly DueLine[]> {
    const lease = this.#lease();
    if (!lease) return [];
    const rows = await this.#database
      .fork()
      .execute<DueRow[]>(dueSql, [...leaseParameters(lease), lease.owner, JSON.stringify(well)]);
    return rows.map(({ id, version, owner_id, template, placed_on, ...server }) => ({
      id: LineId(id),
      version,
      owner: UserId(owner_id),
      template: template ?? undefined,
      registrar: registrarOf(server),
      carrier: carrierOf({ worker: 'auto', placedOn: placed_on }),
    }));
  }

  async place(lines: readonly DueLine[], worker: string): Promise<readonly LineId[]> {
    const lease = this.#lease();
    if (!lease) return [];
    const seen = JSON.stringify(lines.map(({ id, version }) => ({ id, version })));
    const placed = await this.#database
      .fork()
      .execute<{ id: string }[]>(placeSql, [...leaseParameters(lease), worker, seen]);
    this.#database.rows.forget(...placed.map(({ id }) => `line/${id}`));
    return placed.map(({ id }) => LineId(id));
  }
}

interface DueRow {
  readonly id: string;
  readonly version: number;
  readonly owner_id: string;
  readonly template: string | null;
  readonly placed_on: string | null;
  readonly proxy: string;
  readonly domain: string;
}

/** What `carrierOf` says of a row of `line`. */
export const carrierSql = `case line.worker
    when '${auto}' then coalesce(line.placed_on, '${mainWorker}') when '${formerWorker}' then '${mainWorker}' else line.worker end`;

/** Of a process that died calls stay open; none lasts a day. */
const dueSql = `
  with ${leaseSql}, steady as (
    select from host where incarnation = ? and seen_at > statement_timestamp() - interval '3 s'
      and steady_since < statement_timestamp() - interval '15 s'
  )
  select id, version, owner_id, template, placed_on, proxy, domain from line
  where worker = 'auto' and enabled and exists (select from lease) and (
    place_due and not exists (
      select from call where line_id = line.id and ended_at is null and opened_at > now() - interval '1 day'
    )
    or exists (select from steady) and not coalesce(placed_on, '${mainWorker}') in (
      select jsonb_array_elements_text(?::jsonb)
    )
  )
  limit 5000`;

/** A line with a call is placed only when its Worker fell silent: nobody is left to say that the call is over. */
const placeSql = `
  with ${leaseSql}, placed as (
    update line set placed_on = ?, place_due = false, version = line.version + 1
    from jsonb_to_recordset(?::jsonb) as seen (id uuid, version integer)
    where line.id = seen.id and line.version = seen.version and worker = 'auto' and exists (select from lease)
    returning line.id
  ),
  given_up as (
    update call set ended_at = now(), cause = '{"kind":"connection-lost"}' from placed
    where call.line_id = placed.id and ended_at is null and opened_at < now() - interval '10 s'
  )
  select id, pg_notify('${lineChannel}', '') from placed`;
