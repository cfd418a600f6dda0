import { beforeEach, expect, test } from 'vitest';
import { Post } from '../../../src/actors/hosting/post.ts';
import type { Letter, ShardInboxRow } from '../../../src/actors/ports/shard-inbox.ts';
import { EpochMs, UserId } from '../../../src/machines/model/ids.ts';
import { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';
import { MemoryShardInbox } from '../../fakes/hosting/shard-inbox.ts';
import { SimulatedHostClock } from '../../fakes/hosting/simulated-host-clock.ts';

const me = Incarnation('me/1');
const dead = Incarnation('dead/1');
const [first, second] = [ShardId('main/s0'), ShardId('main/s1')];
const letter = (user: string): Letter => ({ kind: 'callback', user: UserId(user), on: true });

let clock: SimulatedHostClock;
let inbox: MemoryShardInbox;
let ours: ShardId[];
let taken: string[];
let faults: string[];
let post: Post;
let fail: number;
beforeEach(() => {
  clock = new SimulatedHostClock();
  inbox = new MemoryShardInbox();
  ours = [first];
  taken = [];
  faults = [];
  fail = 0;
  post = new Post({
    inbox,
    incarnation: me,
    shards: () => ours,
    take(given, isLate) {
      taken.push(`${(given as { user: UserId }).user}${isLate ? ' late' : ''}`);
      if (fail-- > 0) throw new Error('a bug');
    },
    clock: { now: () => EpochMs(1_000) },
    faults: { report: (where, error) => void faults.push(`${where}: ${String(error)}`) },
    hostClock: clock,
  });
});

const put = (id: string, more: Partial<ShardInboxRow> = {}) =>
  inbox.put({ id, shard: first, letter: letter(id), ...more });
const come = async () => {
  post.wake();
  await clock.advance(0);
};

test('letters are taken in order, each once, and a repeat of one is nothing', async () => {
  await put('a');
  await put('b');
  await put('a');
  await come();
  await put('a');
  await come();
  expect(taken).toEqual(['a', 'b']);
  expect(inbox.openIds).toEqual([]);
});

test('a letter whose notification was lost is taken within a second', async () => {
  await come();
  await put('a');
  await clock.advance(1_000);
  expect(taken).toEqual(['a']);
});

test('letters to shards of others are left to them, and taken when the shard has come', async () => {
  await put('a', { shard: second });
  await come();
  expect(taken).toEqual([]);
  ours.push(second);
  await come();
  expect(taken).toEqual(['a']);
});

test('nothing is begun for a shard that has gone meanwhile', async () => {
  await put('a');
  inbox.onOpen = () => void ours.splice(0);
  await come();
  expect(taken).toEqual([]);
  expect(inbox.openIds).toEqual(['a']);
});

test('what a dead host has begun may be done: it is told as late, as is what has expired', async () => {
  await put('a');
  await inbox.begin('a', dead);
  await put('b', { expiresAt: EpochMs(999) });
  await put('c', { expiresAt: EpochMs(1_000) });
  await come();
  expect(taken).toEqual(['a late', 'b late', 'c']);
});

test('what another host begins at the same moment is its', async () => {
  await put('a');
  inbox.onOpen = () => void inbox.begin('a', dead);
  await come();
  expect(taken).toEqual([]);
});

test('one that fails is taken three times, and never blocks the next', async () => {
  fail = 9;
  await put('a');
  await come();
  await put('b');
  await clock.advance(10_000);
  expect(taken.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
  expect(inbox.openIds).toEqual([]);
  expect(faults).toHaveLength(6);
});

test('one that nobody can read is told and put away', async () => {
  await put('a');
  inbox.unreadable.add('a');
  await come();
  expect(faults).toEqual(['post: Error: sealed with another key']);
  expect(inbox.openIds).toEqual([]);
});

test('a database that is away is asked again, and what was closed takes nothing', async () => {
  await put('a');
  inbox.isAway = true;
  await come();
  inbox.isAway = false;
  await clock.advance(1_000);
  expect(taken).toEqual(['a']);
  await post.close();
  await put('b');
  await clock.advance(5_000);
  expect(taken).toEqual(['a']);
});
