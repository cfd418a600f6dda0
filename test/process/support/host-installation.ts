import { Redis } from 'ioredis';
import pg from 'pg';
import { openDatabase } from '../../../src/db/database.ts';
import { startRedis } from '../../adapters/jobs/redis.ts';
import { type Relay, startRelay } from '../../adapters/jobs/relay.ts';
import { through } from '../../adapters/jobs/support.ts';
import { temporaryCluster } from '../../support/database.ts';
import { FreezableServer } from './frozen-server.ts';
import { HostProcess, ShardRows } from './hosts.ts';
import { reachableDirectory } from './running.ts';

/** An empty installation whose hosts reach their servers through networks that can be cut. */
export interface HostInstallation {
  readonly rows: ShardRows;
  /** Of the hosts to the database. */
  readonly database: Relay;
  /** Of the hosts to Redis; the same as `database` where there is none. */
  readonly jobs: Relay;
  /** Until it takes shards. */
  start(host: string, more?: Readonly<Record<string, string>>): Promise<HostProcess>;
  launch(host: string, more?: Readonly<Record<string, string>>): HostProcess;
  /** The database itself. */
  readonly server: FreezableServer;
  /** How many of the shards' jobs are locked by somebody. */
  lockedJobs(): Promise<number>;
  /** Redis forgets everything. */
  emptyRedis(): Promise<void>;
  /** Kills the hosts. */
  close(): Promise<void>;
}

/** @param shards of the Worker, without `bot` and `lead` */
export async function startInstallation(backend: string, shards: number): Promise<HostInstallation> {
  await using started = new AsyncDisposableStack();
  const cluster = await temporaryCluster();
  started.defer(() => cluster.stop());
  await (await openDatabase(cluster.url)).close();
  const rows = await ShardRows.open(cluster.url);
  started.defer(() => rows.close());
  const operator = new pg.Client(cluster.url);
  await operator.connect();
  started.defer(() => operator.end());
  const { rows: settings } = await operator.query<{ data_directory: string }>('show data_directory');
  const server = await FreezableServer.of(settings[0]?.data_directory ?? '');
  const database = await startRelay(Number(new URL(cluster.url).port));
  started.defer(() => database.close());
  const redisServer = backend === 'Redis' ? await startRedis() : undefined;
  if (redisServer) started.defer(() => redisServer.stop());
  const redis = redisServer && new Redis(redisServer.port, '127.0.0.1');
  if (redis) started.defer(() => redis.disconnect());
  const jobs = redisServer ? await startRelay(redisServer.port) : database;
  if (redisServer) started.defer(() => jobs.close());
  const directory = await reachableDirectory();
  started.defer(() => directory.remove());
  const environment = {
    DATABASE_URL: through(cluster.url, database.port),
    RECORDINGS_DIR: directory.path,
    SHARDS: String(shards),
    ...(redisServer && { REDIS_URL: `redis://127.0.0.1:${jobs.port}` }),
  };
  const hosts: HostProcess[] = [];
  const launch = (host: string, more = {}) => {
    const launched = HostProcess.launch(host, { ...environment, ...more });
    hosts.push(launched);
    return launched;
  };
  const all = started.move();
  return {
    rows,
    database,
    jobs,
    server,
    launch,
    async start(host, more) {
      const launched = launch(host, more);
      await launched.says('ready');
      return launched;
    },
    async lockedJobs() {
      if (redis) return redis.llen('bull:hosting:active');
      const { rows: found } = await operator.query(
        `select from bullmq.job where queue = 'hosting' and state = 'active' and lock_token is not null`,
      );
      return found.length;
    },
    async emptyRedis() {
      await redis?.flushall();
    },
    async close() {
      server.thaw();
      for (const host of hosts) host.signal('SIGKILL');
      await Promise.all(hosts.map(({ exited }) => exited));
      await all.disposeAsync();
    },
  };
}
