import { Migration } from '@mikro-orm/migrations';

/** People, lines, calls, panels, and the chat account. */
export class Migration20261121First extends Migration {
  override up(): void {
    this.addSql(`
      create table person (
        id text primary key,
        callback boolean not null default true
      )`);
    this.addSql(`
      create table line (
        id uuid primary key,
        name text not null,
        owner_id text not null,
        user_id text not null,
        login text not null,
        password text not null,
        domain text not null,
        proxy text not null default '',
        transport text not null check (transport in ('udp', 'tcp', 'tls')),
        codecs text[] not null,
        enabled boolean not null,
        created_at timestamptz not null
      )`);
    this.addSql('create index line_user on line (user_id)');
    this.addSql(`
      create table call (
        id text primary key,
        user_id text not null,
        line_id uuid not null,
        direction text not null check (direction in ('outgoing', 'incoming')),
        number text,
        target jsonb,
        opened_at timestamptz not null,
        answered_at timestamptz,
        ended_at timestamptz,
        cause jsonb
      )`);
    this.addSql('create index call_user on call (user_id, opened_at)');
    this.addSql(`
      create table chat_account (
        id text primary key,
        session text,
        pts integer,
        qts integer,
        date integer
      )`);
    this.addSql(`
      create table peer (
        account text not null,
        user_id text not null,
        access_hash text not null,
        met boolean not null,
        primary key (account, user_id)
      )`);
    this.addSql(`
      create table panel (
        token text primary key,
        user_id text not null,
        content jsonb not null,
        message_id integer,
        inline_message_id text,
        created_at timestamptz not null
      )`);
  }
}
