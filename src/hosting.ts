import type { Logger } from 'pino';
import { Ownership } from './actors/hosting/ownership.ts';
import type { ShardHolder } from './actors/hosting/shard-holder.ts';
import type { ShardLease } from './actors/ports/facts.ts';
import type { Faults } from './actors/ports/faults.ts';
import type { HostLoad } from './actors/ports/host-book.ts';
import { openShardJobs } from './adapters/jobs/hosting/shard-jobs.ts';
import { type HostOptions, openHost } from './db/hosting/open-host.ts';
import type { UserId } from './machines/model/ids.ts';
import { mainWorker, type ShardId, shardOf, shardsOf } from './machines/model/shards.ts';

/** Which of the hosts of an installation this process is. */
export type HostSettings = Omit<HostOptions, 'url'>;

export interface HostingOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly host: HostSettings;
  /** Told nothing before `ownership.start`. */
  readonly holder: ShardHolder;
  readonly load: () => HostLoad;
  /** `openJobs` has made the tables of the queues. */
  readonly isPrepared?: boolean;
  readonly faults: Faults;
  readonly log: Logger;
}

/** What this host owns of the installation's work. */
export interface Hosting {
  readonly ownership: Ownership;
  /** Where this person's lines and calls are. */
  shardOf(user: UserId): ShardId;
  /** Whether they are here. */
  carries(user: UserId): boolean;
  /** By what right something is written of him; undefined: he is another host's. */
  leaseOf(user: UserId): ShardLease | undefined;
}

/**
 * Makes this process one of the hosts; nothing is its own before `ownership.start`.
 * @throws HostRefused, DatabaseUnavailable, JobsUnavailable; nothing was begun then
 */
export async function openHosting(options: HostingOptions): Promise<Hosting> {
  const { databaseUrl, redisUrl, host, isPrepared = false, faults, log } = options;
  const book = await openHost({ url: databaseUrl, ...host });
  try {
    const { shards } = book;
    const count = shards.length - shardsOf(mainWorker, 0).length;
    const where = (user: UserId) => shardOf(user, mainWorker, count);
    const locks = await openShardJobs({
      ...{ databaseUrl, redisUrl, isPrepared, worker: mainWorker, host: host.host, shards, log },
    });
    const ownership = new Ownership({ book, locks, holder: options.holder, faults, load: options.load });
    return {
      ownership,
      shardOf: where,
      carries: (user) => ownership.owned(where(user)) !== undefined,
      leaseOf(user) {
        const owned = ownership.owned(where(user));
        return owned && { shard: owned.shard, owner: ownership.incarnation, epoch: owned.epoch };
      },
    };
  } catch (error) {
    await book.leave();
    throw error;
  }
}
