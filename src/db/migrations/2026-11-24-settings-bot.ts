import { Migration } from '@mikro-orm/migrations';

/** Lines as their owners edit them, who changed what, and where each person is in the settings bot. */
export class Migration20261124SettingsBot extends Migration {
  override up(): void {
    this.addSql(`
      alter table line
        alter column password drop not null,
        add column draft boolean not null default false,
        add column worker text not null default 'auto',
        add column template text,
        add column quiet_hours jsonb,
        add column pending jsonb not null default '{}',
        add column pending_password text,
        add column pending_since timestamptz,
        add column former_owner_id text,
        add column revision integer not null default 0,
        add column version integer not null default 0`);
    this.addSql('create index line_former_owner on line (former_owner_id) where former_owner_id is not null');
    this.addSql(`
      create table audit_entry (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        changer text not null,
        line_id uuid not null,
        did text not null,
        changes jsonb not null
      )`);
    this.addSql('create index audit_entry_at on audit_entry (at)');
    this.addSql('create index audit_entry_line on audit_entry (line_id, at)');
    this.addSql(`create index call_open on call (line_id) where ended_at is null`);
    this.addSql('alter table person add column name text');
    this.addSql(`
      create table offer (
        token text primary key,
        kind text not null check (kind in ('user', 'owner')),
        line_id uuid not null,
        from_id text not null,
        to_id text not null,
        to_name text not null,
        expires_at timestamptz not null,
        unique (line_id, kind)
      )`);
    this.addSql('create index offer_to on offer (to_id, kind)');
    this.addSql(`
      create table dialogue (
        user_id text primary key,
        screen_message integer,
        question jsonb,
        picking jsonb
      )`);
    this.addSql(`
      create table inbox (
        id text primary key,
        position bigint generated always as identity,
        user_id text not null,
        input text not null,
        language text,
        name text,
        done_at timestamptz
      )`);
    this.addSql('create index inbox_open on inbox (position) where done_at is null');
    this.addSql('create index inbox_done on inbox (done_at) where done_at is not null');
    this.addSql(`
      create table worker (
        id text primary key,
        kind text not null check (kind in ('official', 'shared', 'operator', 'private')),
        owner_id text,
        name text not null,
        place text not null,
        free boolean not null default false,
        load double precision not null default 0,
        seen_at timestamptz not null,
        switched_off boolean not null default false
      )`);
  }
}
