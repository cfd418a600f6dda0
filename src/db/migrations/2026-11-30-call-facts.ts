import { Migration } from '@mikro-orm/migrations';

/** What the next owner of a shard starts from when a host dies. */
export class Migration20261130CallFacts extends Migration {
  override up(): void {
    // One row for each user with a call: he has calls on one host at a time.
    this.addSql(`
      create table softphone (
        user_id text primary key,
        shard_id text not null,
        epoch bigint not null,
        current_call text not null,
        window_until timestamptz,
        written_at timestamptz not null
      )`);
    this.addSql('create index softphone_shard on softphone (shard_id)');
    // `facts` is sealed: numbers, descriptions of media, keys.
    this.addSql(`
      create table call_fact (
        id text primary key,
        user_id text not null,
        shard_id text not null,
        epoch bigint not null,
        facts text not null
      )`);
    this.addSql('create index call_fact_user on call_fact (user_id)');
  }
}
