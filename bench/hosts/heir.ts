import { pino } from 'pino';
import { ShardWork } from '../../src/actors/hosting/shard-work.ts';
import type { FoundCalls } from '../../src/actors/ports/facts.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import { FactsRepository } from '../../src/db/facts-repository.ts';
import { LineRepository } from '../../src/db/line-repository.ts';
import { SecretBox } from '../../src/db/secret-box.ts';
import { hostOptionsOf } from '../../src/host-options.ts';
import { type Hosting, openHosting } from '../../src/hosting.ts';
import type { LineId } from '../../src/machines/model/ids.ts';
import { faults, lineActors } from './actors.ts';

export const shards = 16;

export interface Heir {
  readonly hosting: Hosting;
  readonly lines: LineRepository;
  close(): Promise<void>;
}

interface HeirOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly bound: (line: LineId) => void;
  /** Of a user who comes with a shard. */
  readonly found: (calls: FoundCalls) => void;
}

/** The host that lives on: all of what a host does for its shards, with registrars that say yes at once. */
export async function openHeir({ databaseUrl, redisUrl, bound, found }: HeirOptions): Promise<Heir> {
  const log = pino({ level: 'warn' });
  const database = await openDatabase(databaseUrl);
  const box = new SecretBox(Buffer.alloc(32));
  const lines = new LineRepository(database, box);
  const facts = new FactsRepository(database, box);
  let work: ShardWork;
  const hosting = await openHosting({
    ...{ databaseUrl, redisUrl, faults: { report: (where, error) => log.warn({ err: error }, where) }, log },
    host: hostOptionsOf(readConfig({ HOST_ID: 'heir', SHARDS: String(shards), REDIS_URL: redisUrl })),
    holder: {
      gained: (owned) => work.gained(owned),
      lost: (owned, why) => work.lost(owned, why),
      isIdle: (shard) => work.isIdle(shard),
    },
    load: () => ({}),
  });
  const reader = { read: () => {}, leave: () => {} };
  const actors = lineActors({ lines, bound, carries: ({ user }) => hosting.carries(user) });
  work = new ShardWork({
    ...{ bot: reader, lead: reader, lines: actors, faults },
    calls: {
      async recover(owned) {
        for (const { shard } of owned) for (const calls of await facts.open(shard)) found(calls);
      },
      drop: () => {},
    },
    begun: () => {},
    engaged: () => [],
    shardOf: (user) => hosting.shardOf(user),
  });
  return {
    hosting,
    lines,
    async close() {
      work.close();
      await actors.stop();
      await hosting.ownership.close();
      await database.close();
    },
  };
}
