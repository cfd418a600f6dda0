import { Migration } from '@mikro-orm/migrations';

/** What the machines of calls received, for developers: kept for 30 days. */
export class Migration20261201CallEvents extends Migration {
  override up(): void {
    // What the events of one root are replayed from. Several roots are of one call: its question about lines, its softphone,
    // the bridge of a transfer, and on another host the softphone that took it over.
    this.addSql(`
      create table call_root (
        id uuid primary key,
        address text not null,
        machine text not null,
        version text not null,
        input jsonb not null,
        started_at timestamptz not null
      )`);
    // No reference: batches may be lost, also the one with the root, and nothing depends on them.
    this.addSql(`
      create table call_event (
        root_id uuid not null,
        seq integer not null,
        call_id text,
        at timestamptz not null,
        event jsonb not null,
        primary key (root_id, seq)
      )`);
    this.addSql('create index call_event_call on call_event (call_id)');
    // Rows come in the order of time, so this is all that removing the oldest needs.
    this.addSql('create index call_event_at on call_event using brin (at)');
  }
}
