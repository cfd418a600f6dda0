import type { CallEvents, LoggedEvent, LoggedRoot, RootLog } from '../actors/ports/call-events.ts';
import { CallId, EpochMs } from '../machines/model/ids.ts';
import type { Database } from './database.ts';

interface RootRow extends Omit<LoggedRoot, 'startedAt'> {
  readonly started_ms: string;
}

interface EventRow {
  readonly root_id: string;
  readonly seq: number;
  readonly call_id: string | null;
  readonly at_ms: string;
  readonly event: LoggedEvent['event'];
}

/** What the machines of calls received, in the database. */
export class CallEventRepository implements CallEvents {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(roots: readonly LoggedRoot[], events: readonly LoggedEvent[]): Promise<void> {
    const rootRows = roots.map(({ startedAt, ...root }) => ({ ...root, started_at: new Date(startedAt) }));
    const eventRows = events.map(({ root, call, at, ...rest }) => ({
      ...rest,
      root_id: root,
      call_id: call,
      at: new Date(at),
    }));
    await this.#database.fork().execute(appendSql, [JSON.stringify(rootRows), JSON.stringify(eventRows)]);
  }

  /** Everything that roots received which had to do with this call, in the order of their beginning. */
  async ofCall(call: CallId): Promise<readonly RootLog[]> {
    const em = this.#database.fork();
    const ofCall = 'select root_id from call_event where call_id = ?';
    const roots = await em.execute<RootRow[]>(
      `select id, address, machine, version, input, extract(epoch from started_at) * 1000 as started_ms
         from call_root where id in (${ofCall}) order by started_at, id`,
      [call],
    );
    const events = await em.execute<EventRow[]>(
      `select root_id, seq, call_id, extract(epoch from at) * 1000 as at_ms, event from call_event
         where root_id in (${ofCall}) order by seq`,
      [call],
    );
    const byRoot = Map.groupBy(events, ({ root_id: root }) => root);
    return roots.map(({ started_ms: startedMs, ...root }) => ({
      root: { ...root, startedAt: EpochMs(Math.round(Number(startedMs))) },
      events: (byRoot.get(root.id) ?? []).map(eventOf),
    }));
  }
}

const eventOf = ({ root_id: root, seq, call_id: call, at_ms: atMs, event }: EventRow): LoggedEvent => ({
  root,
  seq,
  call: call === null ? undefined : CallId(call),
  at: EpochMs(Math.round(Number(atMs))),
  event,
});

const appendSql = `
  with roots as (
    insert into call_root (id, address, machine, version, input, started_at)
    select id, address, machine, version, input, started_at
      from jsonb_to_recordset(?::jsonb)
        as root (id uuid, address text, machine text, version text, input jsonb, started_at timestamptz)
      on conflict (id) do nothing
  )
  insert into call_event (root_id, seq, call_id, at, event)
  select root_id, seq, call_id, at, event
    from jsonb_to_recordset(?::jsonb) as event (root_id uuid, seq integer, call_id text, at timestamptz, event jsonb)
    on conflict (root_id, seq) do nothing`;
