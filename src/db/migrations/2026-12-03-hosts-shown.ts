import { Migration } from '@mikro-orm/migrations';

/** What the operator sees of hosts and did with them; which Worker Auto chose for a line, and from where registrars are near. */
export class Migration20261203HostsShown extends Migration {
  override up(): void {
    this.addSql(`
      alter table host
        add column version text not null default '',
        add column started_at timestamptz not null default now()`);
    this.addSql(`
      create table host_entry (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        changer text not null,
        host text not null,
        did text not null
      )`);
    this.addSql('create index host_entry_at on host_entry (at)');
    // Of a line on Auto: the Worker it is on, and whether that is to be chosen anew.
    this.addSql(`
      alter table line
        add column placed_on text,
        add column place_due boolean not null default true`);
    this.addSql(`
      create table registrar_rtt (
        worker text not null,
        registrar text not null,
        rtt_ms double precision not null,
        measured_at timestamptz not null,
        primary key (worker, registrar)
      )`);
  }
}
