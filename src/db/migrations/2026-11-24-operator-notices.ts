import { Migration } from '@mikro-orm/migrations';

/** What the operator says to owners, until it is said. */
export class Migration20261124OperatorNotices extends Migration {
  override up(): void {
    this.addSql(`
      create table operator_notice (
        id bigint generated always as identity primary key,
        user_id text not null,
        text text not null,
        put_at timestamptz not null default now()
      )`);
  }
}
