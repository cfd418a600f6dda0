import { Migration } from '@mikro-orm/migrations';

/** Each host's login of the chat account, and what hosts ask of one another about them. */
export class Migration20261129Logins extends Migration {
  override up(): void {
    this.addSql(`
      create table login (
        host text primary key,
        session text not null,
        state text not null default 'ready',
        second_factor text,
        authorization_hash text,
        made_at timestamptz not null default now()
      )`);
    this.addSql(`
      create table login_request (
        id text primary key,
        subject text not null,
        sealed text not null,
        expires_at timestamptz not null,
        taken_by text,
        refused_by text[] not null default '{}',
        refusal text,
        answer text
      )`);
  }
}
