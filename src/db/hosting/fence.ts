import type { Incarnation, ShardId } from '../../machines/model/shards.ts';

/** By what right somebody writes for a shard. */
export interface Lease {
  readonly shard: ShardId;
  readonly owner: Incarnation;
  readonly epoch: number;
}

/**
 * A common table expression `lease` with one row while the shard is his, and none afterwards, for the beginning of a statement:
 *
 *     with ${leaseSql} update line set … where … and exists (select from lease)
 *
 * The row stays locked until the statement's transaction has ended, so that whoever claims the shard waits for it, and never
 * reads what is being replaced.
 */
export const leaseSql =
  'lease as (select 1 from shard where id = ? and owner = ? and epoch = ? for key share of shard)';

export const leaseParameters = ({ shard, owner, epoch }: Lease): readonly [string, string, number] => [
  shard,
  owner,
  epoch,
];
