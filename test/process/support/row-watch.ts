import type { Database } from '../../../src/db/database.ts';

/** A row that somebody wrote. */
export interface WrittenRow {
  /** What the process calls itself to the database. */
  readonly by: string;
  readonly table: string;
  /** Of a shard: who has it then. */
  readonly owner: string | null;
  readonly atMs: number;
}

/** Has the database itself note each row of the product that is written, and by whom. Queues of jobs are not the product's. */
export async function watchRows(database: Database): Promise<{ written(): Promise<readonly WrittenRow[]> }> {
  const run = (sql: string) => database.fork().execute(sql);
  await run('create table row_watch (by text, "table" text, owner text, at timestamptz)');
  await run(`
    create function note_row() returns trigger language plpgsql as $$
    begin
      insert into row_watch values (current_setting('application_name'), tg_table_name, to_jsonb(new) ->> 'owner', clock_timestamp());
      return null;
    end $$`);
  await run(`
    do $$
    declare name text;
    begin
      for name in select tablename from pg_tables where schemaname = 'public' and tablename <> 'row_watch' loop
        execute format('create trigger note_row after insert or update or delete on %I for each row execute function note_row()', name);
      end loop;
    end $$`);
  return {
    written: async () =>
      (
        await database
          .fork()
          .execute<(Omit<WrittenRow, 'atMs'> & { ms: string })[]>(
            'select by, "table", owner, extract(epoch from at) * 1000 as ms from row_watch order by at',
          )
      ).map(({ ms, ...row }) => ({ ...row, atMs: Number(ms) })),
  };
}
