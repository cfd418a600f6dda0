import { Migration } from '@mikro-orm/migrations';

/** Deadlines, and recordings on their way to somebody. */
export class Migration20261122Jobs extends Migration {
  override up(): void {
    this.addSql(`
      create table deadline (
        address text not null,
        kind text not null,
        due_at timestamptz not null,
        primary key (address, kind)
      )`);
    this.addSql('create index deadline_due on deadline (due_at, address, kind)');
    this.addSql(`
      create table recording (
        id text primary key,
        path text not null,
        bytes bigint not null,
        duration_ms integer not null,
        user_id text not null,
        owner_id text not null,
        chat text,
        title text not null,
        performer text not null,
        caption text not null,
        started_at timestamptz not null,
        taken_at timestamptz not null,
        next_try_at timestamptz not null,
        tries integer not null default 0,
        reason text,
        parts_sent integer not null default 0,
        parts_sent_to_owner integer not null default 0,
        owner_told boolean not null default false,
        delivered_at timestamptz
      )`);
    this.addSql('create index recording_next_try on recording (next_try_at)');
  }
}
