import { expect, test } from 'vitest';
import { UserId } from '../../src/machines/model/ids.ts';
import { shardOf, shardsOf } from '../../src/machines/model/shards.ts';

test('a person is in the same shard on every host and in every version', () => {
  // Checked against FNV-1a elsewhere; a change would move people to shards without their calls.
  expect(['1001', '777000', '5000000001'].map((id) => shardOf(UserId(id), 'main', 256))).toEqual([
    'main/s87',
    'main/s212',
    'main/s179',
  ]);
});

test('people spread over all shards of their Worker', () => {
  const counts = new Map<string, number>();
  for (let id = 0; id < 16_000; id++) {
    const shard = shardOf(UserId(500_000_000 + id), 'main', 16);
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual(shardsOf('main', 16).slice(2).toSorted());
  for (const count of counts.values()) expect(count).toBeGreaterThan(800);
});

test('only the main Worker reads the bot and the chat account', () => {
  expect(shardsOf('main', 2)).toEqual(['main/bot', 'main/lead', 'main/s0', 'main/s1']);
  expect(shardsOf('hel', 2)).toEqual(['hel/s0', 'hel/s1']);
});
