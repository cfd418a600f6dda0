import { Migration } from '@mikro-orm/migrations';

/** What can be set on a line and of a person, hints that were shown, plans and their counters. */
export class Migration20261122Settings extends Migration {
  override up(): void {
    this.addSql(`
      alter table line
        add column dial_rules text not null default '',
        add column dtmf_methods text[] not null default '{rfc2833,info,inband}',
        add column recording boolean not null default false,
        add column recording_stereo boolean not null default false,
        add column recordings_chat text`);
    this.addSql('create index line_owner on line (owner_id)');
    this.addSql('alter table person add column language text');
    this.addSql(`
      create table hint (
        user_id text not null,
        kind text not null,
        shown_at timestamptz not null,
        primary key (user_id, kind)
      )`);
    this.addSql(`
      create table plan_account (
        owner_id text primary key,
        plan text,
        talked_since timestamptz,
        talked_ms bigint not null default 0,
        failed_since timestamptz,
        failed_calls integer not null default 0,
        told jsonb not null default '{}'
      )`);
    this.addSql(`
      create table plan_call (
        call text primary key,
        owner_id text not null,
        ended_at timestamptz not null
      )`);
    this.addSql('create index plan_call_owner on plan_call (owner_id, ended_at)');
  }
}
