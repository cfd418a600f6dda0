import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import type { Client, Pool } from 'pg';
import { DatabaseUnavailable, hostOf } from './database-unavailable.ts';
import { CallEntity } from './entities/call.ts';
import { ChatAccountEntity } from './entities/chat-account.ts';
import { DeadlineEntity } from './entities/deadline.ts';
import { DialogueEntity } from './entities/dialogue.ts';
import { InboxEntity } from './entities/inbox.ts';
import { LineEntity } from './entities/line.ts';
import { OfferEntity } from './entities/offer.ts';
import { PanelEntity } from './entities/panel.ts';
import { PeerEntity } from './entities/peer.ts';
import { PersonEntity } from './entities/person.ts';
import { PlanAccountEntity } from './entities/plan-account.ts';
import { RecordingEntity } from './entities/recording.ts';
import { WorkerEntity } from './entities/worker.ts';
import { oneAtATime } from './migrating.ts';
import { Migration20261121First } from './migrations/2026-11-21-first.ts';
import { Migration20261122Jobs } from './migrations/2026-11-22-jobs.ts';
import { Migration20261122Settings } from './migrations/2026-11-22-settings.ts';
import { Migration20261123FirstContacts } from './migrations/2026-11-23-first-contacts.ts';
import { Migration20261123Languages } from './migrations/2026-11-23-languages.ts';
import { Migration20261124OperatorNotices } from './migrations/2026-11-24-operator-notices.ts';
import { Migration20261124SettingsBot } from './migrations/2026-11-24-settings-bot.ts';
import { Migration20261125RowChanges } from './migrations/2026-11-25-row-changes.ts';
import { Migration20261126LateInputs } from './migrations/2026-11-26-late-inputs.ts';
import { Migration20261127OperatorServers } from './migrations/2026-11-27-operator-servers.ts';
import { Migration20261128Hosting } from './migrations/2026-11-28-hosting.ts';
import { Migration20261129Logins } from './migrations/2026-11-29-logins.ts';
import { Migration20261130CallFacts } from './migrations/2026-11-30-call-facts.ts';
import { Migration20261201CallEvents } from './migrations/2026-12-01-call-events.ts';
import { Migration20261202Segments } from './migrations/2026-12-02-segments.ts';
import { Migration20261203HostsShown } from './migrations/2026-12-03-hosts-shown.ts';
import { Migration20261204ShardInbox } from './migrations/2026-12-04-shard-inbox.ts';
import { Migration20261205LineStandings } from './migrations/2026-12-05-line-standings.ts';
import { RowCache } from './row-cache.ts';

/** In the order of their making. */
const migrations = [
  { name: '2026-11-21-first', class: Migration20261121First },
  { name: '2026-11-22-jobs', class: Migration20261122Jobs },
  { name: '2026-11-22-settings', class: Migration20261122Settings },
  { name: '2026-11-23-first-contacts', class: Migration20261123FirstContacts },
  { name: '2026-11-23-languages', class: Migration20261123Languages },
  { name: '2026-11-24-settings-bot', class: Migration20261124SettingsBot },
  { name: '2026-11-24-operator-notices', class: Migration20261124OperatorNotices },
  { name: '2026-11-25-row-changes', class: Migration20261125RowChanges },
  { name: '2026-11-26-late-inputs', class: Migration20261126LateInputs },
  { name: '2026-11-27-operator-servers', class: Migration20261127OperatorServers },
  { name: '2026-11-28-hosting', class: Migration20261128Hosting },
  { name: '2026-11-29-logins', class: Migration20261129Logins },
  { name: '2026-11-30-call-facts', class: Migration20261130CallFacts },
  { name: '2026-12-01-call-events', class: Migration20261201CallEvents },
  { name: '2026-12-02-segments', class: Migration20261202Segments },
  { name: '2026-12-03-hosts-shown', class: Migration20261203HostsShown },
  { name: '2026-12-04-shard-inbox', class: Migration20261204ShardInbox },
  { name: '2026-12-05-line-standings', class: Migration20261205LineStandings },
];

/** Connections to the product's schema. */
export interface Database {
  /**
   * A fresh unit of work; nothing is shared between two of them. A statement whose connection the server ends fails, also
   * when the connection was idle and the end was not noticed yet. It is not repeated here: only who asked can know whether
   * doing it twice is harmless.
   */
  fork(): SqlEntityManager;
  /** For screens; calls ask the database itself. */
  readonly rows: RowCache;
  close(): Promise<void>;
}

/**
 * Connects and migrates. Safe beside other starting hosts: they migrate one after the other.
 * @throws DatabaseUnavailable when the server does not answer, a migration fails, or a newer version was here
 */
export async function openDatabase(url: string): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [
      CallEntity,
      ChatAccountEntity,
      DeadlineEntity,
      DialogueEntity,
      InboxEntity,
      LineEntity,
      OfferEntity,
      PanelEntity,
      PeerEntity,
      PersonEntity,
      PlanAccountEntity,
      RecordingEntity,
      WorkerEntity,
    ],
    extensions: [Migrator],
    migrations: {
      migrationsList: [...migrations],
      snapshot: false,
      silent: true,
    },
    ensureDatabase: false,
    pool: { min: 0, max: 8 },
    driverOptions: {
      connectionTimeoutMillis: 5_000,
      statement_timeout: 10_000,
      // A server that vanished says nothing at all.
      query_timeout: 15_000,
      keepAlive: true,
      onPoolCreated: (pool: Pool) => pool.on('connect', endWithItsSession),
    },
  });
  try {
    // The migrator would make a database of whatever name was mistyped.
    await orm.em.getConnection().execute('select 1');
    await oneAtATime(
      url,
      migrations.map(({ name }) => name),
      () => orm.migrator.up(),
    );
  } catch (cause) {
    await orm.close(true);
    if (cause instanceof DatabaseUnavailable) throw cause;
    throw new DatabaseUnavailable(
      `the database at ${hostOf(url)} cannot be used: ${reasonOf(cause)}${remedyOf(cause)}`,
      { cause },
    );
  }
  return { fork: () => orm.em.fork(), rows: new RowCache(), close: () => orm.close() };
}

/**
 * A session that the server ends (SQLSTATE 57P01 and its like) in the middle of a statement fails that statement, and `pg`
 * would give its connection back to the pool, to fail the next one too: it notices at the end of the socket, which is read
 * later. One that is ending is not taken back.
 */
const endWithItsSession = (client: Client): void => {
  client.connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
    if (code?.startsWith('57P')) void client.end().catch(() => {});
  });
};

/** By what the server (SQLSTATE) or the network said; the rest speaks for itself. */
const remedies: Readonly<Record<string, string>> = {
  '28P01': ': check user and password',
  '28000': ': check user and password, and who may connect (pg_hba.conf)',
  '3D000': ': create it, or name another one',
  '42501': ': this user must own the database, or may create nothing in it',
  '57P03': ': try again in a moment',
  ECONNREFUSED: ': is the server running, and is this its address?',
  ENOTFOUND: ': is the server running, and is this its address?',
  EAI_AGAIN: ': is the server running, and is this its address?',
  ETIMEDOUT: ': is the server running, and is this its address?',
};

function remedyOf(cause: unknown): string {
  const { code, errors, cause: inner } = cause as AggregateError & NodeJS.ErrnoException;
  const known = [
    code,
    (errors?.[0] as NodeJS.ErrnoException | undefined)?.code,
    (inner as NodeJS.ErrnoException)?.code,
  ];
  return known.map((one) => remedies[one ?? '']).find((remedy) => remedy !== undefined) ?? '';
}

/** A host with several addresses fails with one error for each, and an empty message. */
function reasonOf(cause: unknown): string {
  const { message, errors, code } = cause as AggregateError & NodeJS.ErrnoException;
  return message || (errors?.[0] as Error | undefined)?.message || code || 'no reason was given';
}
