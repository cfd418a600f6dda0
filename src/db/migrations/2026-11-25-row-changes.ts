import { Migration } from '@mikro-orm/migrations';

/** Tables of which screens are made tell every host what changed, by the names under which `RowCache` keeps it. */
export class Migration20261125RowChanges extends Migration {
  override up(): void {
    this.addSql(`
      create function siptg_row_names(changed_table text, changed jsonb) returns text[] language sql immutable as $$
        select case changed_table
          when 'person' then array['person/' || (changed->>'id')]
          when 'plan_account' then array['plan/' || (changed->>'owner_id')]
          when 'offer' then array['offers/' || (changed->>'line_id')]
          when 'worker' then array['workers']
          else array[
            'line/' || (changed->>'id'),
            'lines/' || (changed->>'owner_id'),
            'lines/' || (changed->>'user_id'),
            'lines/' || (changed->>'former_owner_id')
          ]
        end
      $$`);
    this.addSql(`
      create function siptg_tell_row() returns trigger language plpgsql as $$
      begin
        perform pg_notify('siptg_rows', name)
        from (
          select unnest(siptg_row_names(tg_table_name, to_jsonb(old)))
          union
          select unnest(siptg_row_names(tg_table_name, to_jsonb(new)))
        ) as names (name)
        where name is not null;
        return null;
      end $$`);
    for (const table of ['person', 'plan_account', 'offer', 'worker', 'line']) {
      this.addSql(`
        create trigger tell_row after insert or update or delete on ${table}
        for each row execute function siptg_tell_row()`);
    }
  }
}
