import { Migration } from '@mikro-orm/migrations';

/** Recordings in pieces that any host can read. */
export class Migration20261202Segments extends Migration {
  override up(): void {
    // What is being recorded: who finishes it when its host is lost starts from here.
    this.addSql(`
      create table recording_begun (
        id text primary key,
        host text not null,
        run integer not null default 0,
        about jsonb not null
      )`);
    this.addSql('create index recording_begun_host on recording_begun (host)');
    // Emptied when delivered, and kept for a while: an upload that is repeated must not fill it again.
    this.addSql(`
      create table segment (
        id text primary key,
        recording text not null,
        run integer not null,
        no integer not null,
        state text not null check (state in ('stored', 'delivered')),
        host text not null,
        duration_ms integer not null,
        stored_at timestamptz not null default now(),
        bytes bytea,
        check ((state = 'stored') = (bytes is not null))
      )`);
    this.addSql('create index segment_recording on segment (recording, run, no)');
    // What is compressed already is not compressed again.
    this.addSql('alter table segment alter column bytes set storage external');
    // Without a run it is a file on the disk of that host, or of the only one there was.
    this.addSql(`
      alter table recording
        add column host text,
        add column run integer,
        add column segments integer,
        add column claimed_by text,
        add column claimed_until timestamptz`);
  }
}
