import type { Logger } from 'pino';
import { Ownership } from './actors/hosting/ownership.ts';
import type { ShardHolder } from './actors/hosting/shard-holder.ts';
import type { ShardLease } from './actors/ports/facts.ts';
import type { Faults } from './actors/ports/faults.ts';
import type { HostLoad } from './actors/ports/host-book.ts';
import type { Line } from './actors/ports/lines.ts';
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
  /** The Worker that this host is one of. */
  readonly worker: string;
  /** Where this person's lines and calls of a Worker are; of this host's where none is given. */
  shardOf(user: UserId, worker?: string): ShardId;
  /** Whether those of this host's Worker are here. */
  carries(user: UserId): boolean;
  /** Whether it is this host that registers the line and has its calls. */
  carriesLine(line: Pick<Line, 'user' | 'carrier'>): boolean;
  /** Where his numbers are judged, and the line is asked for (runtime §3). */
  homeOf(user: UserId): ShardId;
  /** Whether that is here. */
  isHome(user: UserId): boolean;
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
    const { worker } = host;
    // The same for every Worker.
    const count = shards.length - shardsOf(worker, 0).length;
    const where = (user: UserId, of = worker) => shardOf(user, of, count);
    const owns = (shard: ShardId) => ownership.owned(shard) !== undefined;
    const locks = await openShardJobs({
      ...{ databaseUrl, redisUrl, isPrepared, worker, host: host.host, shards, log },
    });
    const ownership = new Ownership({ book, locks, holder: options.holder, faults, load: options.load });
    return {
      ownership,
      worker,
      shardOf: where,
      carries: (user) => owns(where(user)),
      carriesLine: ({ user, carrier }) => carrier === worker && owns(where(user)),
      homeOf: (user) => where(user, mainWorker),
      isHome: (user) => owns(where(user, mainWorker)),
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
