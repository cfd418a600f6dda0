import { beforeEach, expect, test } from 'vitest';
import { ShardWork } from '../../../src/actors/hosting/shard-work.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { botShard, leadShard, ShardId } from '../../../src/machines/model/shards.ts';
import { SimulatedHostClock } from '../../fakes/hosting/simulated-host-clock.ts';

const [first, second] = [ShardId('main/s0'), ShardId('main/s1')];
const owned = (shard: ShardId) => ({ shard, epoch: 1, previous: undefined });

let clock: SimulatedHostClock;
let did: string[];
let begins: number;
let faults: string[];
let engaged: UserId[];
let leaving: Promise<void>;
let recovering: Promise<void>;
let failures: number;
let dropped: ((user: UserId) => boolean) | undefined;
let work: ShardWork;
beforeEach(() => {
  clock = new SimulatedHostClock();
  [did, faults, engaged, failures, begins] = [[], [], [], 0, 0];
  leaving = Promise.resolve();
  recovering = Promise.resolve();
  const role = (name: string) => ({
    read: () => void did.push(`${name} reads`),
    async leave() {
      did.push(`${name} leaves`);
      await leaving;
      did.push(`${name} has left`);
    },
  });
  work = new ShardWork({
    bot: role('bot'),
    lead: role('lead'),
    lines: {
      async follow() {
        did.push('follow');
        if (failures-- > 0) throw new Error('no database');
      },
      drop(isLost) {
        did.push('drop');
        dropped = isLost;
      },
    },
    calls: {
      async recover(shards) {
        did.push(`recover ${shards.map(({ shard }) => shard).join(' ')}`);
        await recovering;
      },
      drop: () => void did.push('drop calls'),
    },
    begun: () => void begins++,
    engaged: () => engaged,
    shardOf: (user) => (user === '1' ? first : second),
    faults: { report: (where, error) => void faults.push(`${where}: ${String(error)}`) },
    clock,
  });
});

test('the readers read where their shard is, and nowhere else', async () => {
  work.gained(owned(botShard));
  work.gained(owned(leadShard));
  await clock.advance(0);
  await work.lost(owned(leadShard), 'released');
  await work.lost(owned(botShard), 'taken');
  expect(did).toEqual(['bot reads', 'lead reads', 'lead leaves', 'lead has left', 'bot leaves', 'bot has left']);
});

test('a reader that comes back waits until it has left', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  leaving = promise;
  work.gained(owned(botShard));
  void work.lost(owned(botShard), 'released');
  work.gained(owned(botShard));
  await clock.advance(1_000);
  expect(did).toEqual(['bot reads', 'bot leaves']);
  resolve();
  await clock.advance(0);
  expect(did).toEqual(['bot reads', 'bot leaves', 'bot has left', 'bot reads']);
});

test('shards that come together are begun together', async () => {
  work.gained(owned(first));
  await clock.advance(50);
  work.gained(owned(second));
  await clock.advance(1_000);
  expect(did).toEqual(['recover main/s0 main/s1', 'follow']);
});

test('what is being begun is waited for and not begun again; what comes meanwhile is begun after it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  recovering = promise;
  work.gained(owned(first));
  await clock.advance(1_000);
  let begun = false;
  const beginning = work.begin().then(() => {
    begun = true;
  });
  work.gained(owned(second));
  await clock.advance(1_000);
  expect([did, begun]).toEqual([['recover main/s0'], false]);
  resolve();
  await beginning;
  expect(did).toEqual(['recover main/s0', 'follow', 'recover main/s1', 'follow']);
});

test('a start that comes after everything was begun reads nothing again', async () => {
  work.gained(owned(first));
  await clock.advance(1_000);
  await work.begin();
  expect(did).toEqual(['recover main/s0', 'follow']);
});

test('a host with the readers alone reads no lines', async () => {
  work.gained(owned(botShard));
  work.gained(owned(leadShard));
  await work.begin();
  expect(did).toEqual(['bot reads', 'lead reads']);
});

test('lines that could not be read are read again', async () => {
  failures = 2;
  work.gained(owned(first));
  await clock.advance(3_000);
  expect(did).toEqual(['recover main/s0', 'follow', 'follow', 'follow']);
  expect(faults).toEqual(['lines: Error: no database', 'lines: Error: no database']);
});

test('a shard has begun when its calls are taken up and its lines run, and not before', async () => {
  failures = 1;
  work.gained(owned(first));
  await clock.advance(100);
  expect([did, work.hasBegun(first), begins]).toEqual([['recover main/s0', 'follow'], false, 0]);
  await clock.advance(1_000);
  expect([work.hasBegun(first), work.hasBegun(second), begins]).toEqual([true, false, 1]);
  await work.lost(owned(first), 'taken');
  expect(work.hasBegun(first)).toBe(false);
  expect([work.hasBegun(botShard), work.hasBegun(leadShard)]).toEqual([true, true]);
});

test('a shard that was lost and came back while it was taken up is taken up again', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  recovering = promise;
  work.gained(owned(first));
  await clock.advance(100);
  await work.lost(owned(first), 'taken');
  work.gained({ ...owned(first), epoch: 2 });
  resolve();
  await clock.advance(1_000);
  expect(did).toEqual(['recover main/s0', 'drop calls', 'drop', 'follow', 'recover main/s0', 'follow']);
  expect(work.hasBegun(first)).toBe(true);
});

test('what is given away is un-registered, what was taken is dropped without a word', async () => {
  await work.lost(owned(first), 'released');
  expect(did).toEqual(['follow']);
  await work.lost(owned(first), 'taken');
  expect(did).toEqual(['follow', 'drop calls', 'drop']);
  expect([dropped?.(UserId('1')), dropped?.(UserId('2'))]).toEqual([true, false]);
});

test('a shard is idle while nobody of it is engaged', () => {
  engaged = [UserId('2')];
  expect([work.isIdle(first), work.isIdle(second), work.isIdle(botShard)]).toEqual([true, false, true]);
});

test('once closed it begins nothing', async () => {
  work.gained(owned(first));
  work.close();
  work.gained(owned(second));
  await work.lost(owned(first), 'released');
  await clock.advance(5_000);
  expect(did).toEqual([]);
});
