import { Migration } from '@mikro-orm/migrations';

/** Which lines have the server the operator gave them: only theirs may stand in a private network. */
export class Migration20261127OperatorServers extends Migration {
  override up(): void {
    this.addSql('alter table line add column server_by_operator boolean not null default false');
    this.addSql(`
      update line set server_by_operator = true
      where id in (select line_id from audit_entry where changer = 'operator' and did in ('create', 'change'))
        or not exists (select from audit_entry where line_id = line.id)`);
  }
}
