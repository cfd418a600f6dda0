import { onTestFinished } from 'vitest';
import { Ownership } from '../../../src/actors/hosting/ownership.ts';
import type { LossReason } from '../../../src/actors/hosting/shard-holder.ts';
import { type ShardId, shardsOf } from '../../../src/machines/model/shards.ts';
import { SimulatedHostClock } from '../../fakes/hosting/simulated-host-clock.ts';
import { MemoryHostBook, MemoryShardLocks } from '../../fakes/hosting/single-host.ts';

interface HostOptions {
  readonly others?: number;
  readonly count?: number;
  readonly lost?: () => Promise<void>;
}

/** A host that has taken its share of six shards, beside so many others. */
export async function host({ others = 0, count = 6, lost: onLost }: HostOptions = {}) {
  const clock = new SimulatedHostClock();
  const shards = shardsOf('worker', count);
  const book = new MemoryHostBook(clock, shards);
  const locks = new MemoryShardLocks(clock, shards);
  book.others = others;
  const busy = new Set<ShardId>();
  const gained: ShardId[] = [];
  const lost: (readonly [ShardId, LossReason])[] = [];
  const faults: string[] = [];
  const ownership = new Ownership({
    book,
    locks,
    clock,
    holder: {
      gained: ({ shard }) => void gained.push(shard),
      lost: ({ shard }, why) => {
        lost.push([shard, why]);
        return onLost?.();
      },
      isIdle: (shard) => !busy.has(shard),
    },
    faults: { report: (where, error) => faults.push(`${where}: ${String(error)}`) },
    load: () => ({ calls: busy.size }),
  });
  await ownership.start();
  await clock.advance(1_000);
  onTestFinished(async () => {
    for (const server of [book, locks]) Object.assign(server, { isAway: false, gate: undefined });
    const closed = ownership.close();
    await clock.advance(10_000);
    await closed;
  });
  const mine = () => ownership.shards.map(({ shard }) => shard);
  const may = () => mine().filter((shard) => ownership.mayAct(shard));
  return { clock, shards, book, locks, ownership, busy, gained, lost, faults, mine, may };
}

/** The first two of them. */
export const [first, second] = shardsOf('worker', 6) as [ShardId, ShardId];
