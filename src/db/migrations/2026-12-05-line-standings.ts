import { Migration } from '@mikro-orm/migrations';

/** How lines stand at their registrars, for the hosts that do not carry them. */
export class Migration20261205LineStandings extends Migration {
  override up(): void {
    // No reference to the host: its row goes when it leaves, and what it told is then not believed any more.
    this.addSql(`
      create table line_standing (
        line_id uuid primary key references line (id) on delete cascade,
        host text not null,
        reachability jsonb not null,
        registered_until timestamptz,
        changed_at timestamptz not null
      )`);
  }
}
