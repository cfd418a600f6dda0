import type pg from 'pg';
import type { ShardId } from '../../machines/model/shards.ts';
import { HostRefused } from './host-refused.ts';

/** What all hosts must agree on. */
export interface Installation {
  /** Where the jobs live. */
  readonly jobs: 'PostgreSQL' | 'Redis';
  /** How many parts the users of each Worker are divided into; where not given, what is stored, or at first 16 or 256. */
  readonly shards?: number | undefined;
}

interface Entry {
  readonly shards: readonly ShardId[];
  readonly row: readonly unknown[];
}

/** Each check and renewal on PostgreSQL writes a row per shard. */
const shardsAtFirst = { PostgreSQL: 16, Redis: 256 } as const;

/**
 * Enters a host among those that agree with it, all in one transaction. @returns its Worker's shards
 * @throws HostRefused when hosts run that want it otherwise
 */
export async function agree(
  pool: pg.Pool,
  { jobs, shards }: Installation,
  host: string,
  entry: (count: number) => Entry,
): Promise<readonly ShardId[]> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into hosting (shards, jobs) values ($1, $2) on conflict do nothing', [
      shards ?? shardsAtFirst[jobs],
      jobs,
    ]);
    const { rows } = await client.query<Stored>('select shards, jobs from hosting for update');
    const stored = rows[0] as Stored;
    const wanted = { shards: shards ?? stored.shards, jobs };
    if (wanted.shards !== stored.shards || wanted.jobs !== stored.jobs) await change(client, host, stored, wanted);
    const { shards: ids, row } = entry(wanted.shards);
    await client.query('insert into shard (id) select unnest($1::text[]) on conflict do nothing', [ids]);
    await client.query(
      `delete from host where seen_at < now() - interval '1 day' and not exists (select from shard where owner = incarnation)`,
    );
    await client.query(
      `insert into host (
         incarnation, worker, kind, owner_id, place, url, version, started_at, seen_at, steady_since, claiming
       ) values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp(), clock_timestamp(), true)`,
      [...row],
    );
    await client.query('commit');
    client.release();
    return ids;
  } catch (error) {
    // Whatever was begun ends with the connection.
    client.release(true);
    throw error;
  }
}

interface Stored {
  readonly shards: number;
  readonly jobs: string;
}

/** A host that runs counts with what was; it would share out other shards, or through another queue. */
async function change(client: pg.PoolClient, host: string, stored: Stored, wanted: Stored): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `select split_part(incarnation, '/', 1) as id from host
     where seen_at > clock_timestamp() - interval '10 s' and split_part(incarnation, '/', 1) <> $1
     order by 1`,
    [host],
  );
  if (rows.length > 0) {
    const has = `${stored.shards} shards and jobs on ${stored.jobs}`;
    throw new HostRefused(
      `this host wants ${wanted.shards} shards and jobs on ${wanted.jobs}, but ${rows.map(({ id }) => id).join(', ')} ` +
        `${rows.length === 1 ? 'runs' : 'run'} with ${has}: stop all hosts to change it, or configure this one like them`,
    );
  }
  await client.query('update hosting set shards = $1, jobs = $2', [wanted.shards, wanted.jobs]);
  // Whoever sleeps through this writes nothing afterwards.
  await client.query('update shard set owner = null, epoch = epoch + 1');
}
