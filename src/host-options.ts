import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, loadavg } from 'node:os';
import type { HostLoad } from './actors/ports/host-book.ts';
import type { Config } from './config.ts';
import type { HostOptions } from './db/hosting/open-host.ts';
import { UserId } from './machines/model/ids.ts';

type Wanted = Pick<
  Config,
  'HOST_ID' | 'SHARDS' | 'WORKER_ID' | 'WORKER_PLACE' | 'WORKER_KIND' | 'WORKER_OWNER' | 'REDIS_URL'
>;

/**
 * What this process is as a host of the installation; `openHost` takes it with the database's address.
 * @param machine what the machine calls itself
 */
export function hostOptionsOf(config: Wanted, machine = hostname()): Omit<HostOptions, 'url'> {
  const { HOST_ID: host = hostIdOf(machine), WORKER_OWNER: owner, SHARDS: shards } = config;
  return {
    host,
    worker: config.WORKER_ID,
    kind: config.WORKER_KIND,
    ...(config.WORKER_KIND === 'private' && owner !== undefined && { owner: UserId(owner) }),
    place: config.WORKER_PLACE,
    version,
    installation: {
      jobs: config.REDIS_URL === undefined ? 'PostgreSQL' : 'Redis',
      ...(shards !== undefined && { shards }),
    },
  };
}

/** What a host says of itself with each sign of life. `busy`: 0 to 1, of its processors. */
export const hostLoad = (counts: { readonly lines: number; readonly calls: number }): HostLoad => ({
  ...counts,
  busy: Math.min(1, Math.round(((loadavg()[0] ?? 0) / availableParallelism()) * 100) / 100),
});

/** Two of one id do not get far: the second is refused, and told to take another. */
const hostIdOf = (machine: string): string => machine.replaceAll(/[^\w.-]/g, '').slice(0, 40) || 'host';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
