import { randomUUID } from 'node:crypto';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Jobs, openJobs } from '../../../src/adapters/jobs/jobs.ts';
import type { Database } from '../../../src/db/database.ts';
import { DeadlineEntity } from '../../../src/db/entities/deadline.ts';
import { RecordingEntity } from '../../../src/db/entities/recording.ts';
import { Migration20261122Jobs } from '../../../src/db/migrations/2026-11-22-jobs.ts';
import { Migration20261202Segments } from '../../../src/db/migrations/2026-12-02-segments.ts';
import { RowCache } from '../../../src/db/row-cache.ts';

export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** A database of its own on the cluster, so that tests do not meet each other's rows and jobs. */
export async function freshDatabase(clusterUrl: string): Promise<string> {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: clusterUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return withPath(clusterUrl, name);
}

/** The tables of deadlines and recordings alone. */
export async function openTables(url: string): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [DeadlineEntity, RecordingEntity],
    extensions: [Migrator],
    migrations: {
      migrationsList: [
        { name: '2026-11-22-jobs', class: Migration20261122Jobs },
        { name: '2026-12-02-segments', class: Migration20261202Segments },
      ],
      snapshot: false,
      silent: true,
    },
    ensureDatabase: false,
    pool: { min: 0, max: 4 },
    driverOptions: { connectionTimeoutMillis: 2_000, statement_timeout: 5_000, query_timeout: 5_000 },
  });
  await orm.migrator.up();
  let closed: Promise<void> | undefined;
  return { fork: () => orm.em.fork(), rows: new RowCache(), close: () => (closed ??= orm.close(true)) };
}

/** Queues, closed with the test. */
export async function testJobs(options: { databaseUrl: string; redisUrl?: string | undefined }): Promise<Jobs> {
  const jobs = await openJobs({ ...options, log: silent });
  onTestFinished(() => jobs.close());
  return jobs;
}

/** The same database through another port. */
export function through(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = `/${path}`;
  return changed.href;
}
