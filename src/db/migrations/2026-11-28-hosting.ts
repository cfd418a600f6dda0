import { Migration } from '@mikro-orm/migrations';

/** Which hosts there are, and which of them owns what. */
export class Migration20261128Hosting extends Migration {
  override up(): void {
    // One row: what all hosts of an installation must agree on.
    this.addSql(`
      create table hosting (
        id boolean primary key default true check (id),
        shards integer not null check (shards between 1 and 4096),
        jobs text not null
      )`);
    this.addSql(`
      create table host (
        incarnation text primary key,
        worker text not null,
        kind text not null,
        owner_id text,
        place text not null,
        url text,
        seen_at timestamptz not null,
        steady_since timestamptz not null,
        claiming boolean not null,
        draining boolean not null default false,
        load jsonb not null default '{}'
      )`);
    // The reference keeps the row of a host for as long as anything is owned by it: it says when the owner was last seen.
    this.addSql(`
      create table shard (
        id text primary key,
        owner text references host (incarnation),
        epoch bigint not null default 0
      )`);
    this.addSql('create index shard_owner on shard (owner)');
  }
}
