import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { temporaryCluster } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { hasRedis, startRedis } from './redis.ts';
import { type Relay, startRelay } from './relay.ts';
import { freshDatabase, through } from './support.ts';

export const withRedis = hasRedis();
export const backends = ['PostgreSQL', ...(withRedis ? ['Redis'] : [])];

export const until = (holds: () => void | Promise<void>, timeoutMs = 15_000) =>
  eventually(holds, { timeout: timeoutMs, interval: 20 });

export interface Place {
  readonly databaseUrl: string;
  /** What `openJobs` wants; the jobs go through the relay, the database's other rows do not. */
  readonly servers: { readonly databaseUrl: string; readonly redisUrl?: string };
  /** The network to the jobs. */
  readonly relay: Relay;
}

/** Starts the servers before the tests of a file, and gives each test a place of its own on them. */
export function placesForJobs() {
  let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let redisDatabase = 0;
  beforeAll(async () => {
    cluster = await temporaryCluster();
    if (withRedis) redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
    await cluster?.stop();
  });
  return {
    clusterUrl: () => cluster.url,
    place: async (backend: string): Promise<Place> => {
      const databaseUrl = await freshDatabase(cluster.url);
      const relay = await startRelay(backend === 'Redis' ? (redis?.port ?? 0) : Number(new URL(cluster.url).port));
      onTestFinished(() => relay.close());
      const servers =
        backend === 'Redis'
          ? { databaseUrl, redisUrl: `redis://127.0.0.1:${relay.port}/${redisDatabase++ % 16}` }
          : { databaseUrl: through(databaseUrl, relay.port) };
      return { databaseUrl, servers, relay };
    },
  };
}
