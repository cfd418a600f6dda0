import { Migration } from '@mikro-orm/migrations';

/** What one host tells another. */
export class Migration20261204ShardInbox extends Migration {
  override up(): void {
    this.addSql(`
      create table shard_inbox (
        id text primary key,
        position bigint generated always as identity,
        shard_id text not null,
        letter text not null,
        begun_by text,
        expires_at timestamptz,
        done_at timestamptz
      )`);
    this.addSql('create index shard_inbox_open on shard_inbox (shard_id, position) where done_at is null');
    this.addSql('create index shard_inbox_done on shard_inbox (done_at) where done_at is not null');
  }
}
