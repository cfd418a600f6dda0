import type { ShardId } from '../../machines/model/shards.ts';
import type { OwnedShard } from './held-shards.ts';

/**
 * Why a shard is not ours any more. `released`: we gave it away, and what it ran is to be ended as one leaves. `taken`: somebody
 * else runs it already, or will: nothing is said to anybody any more.
 */
export type LossReason = 'released' | 'taken';

/** Who runs what is in the shards. Nothing of it may throw. */
export interface ShardHolder {
  /** It is ours from now on. */
  gained(owned: OwnedShard): void;
  /** It was ours until now. What it takes longer than 1 s is not waited for. */
  lost(owned: OwnedShard, why: LossReason): void | Promise<void>;
  /** Whether it could go to another host without anybody noticing. */
  isIdle(shard: ShardId): boolean;
}
