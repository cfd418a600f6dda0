import { beforeEach, expect, test } from 'vitest';
import { PassedNumbers } from '../../../src/actors/hosting/passed-numbers.ts';
import { CallId, EpochMs, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';
import { MemoryShardInbox } from '../../fakes/hosting/shard-inbox.ts';
import { SimulatedHostClock } from '../../fakes/hosting/simulated-host-clock.ts';

const shard = ShardId('hel/s0');
const [me, other] = [Incarnation('a/1'), Incarnation('h/1')];
const number = {
  user: UserId('1'),
  call: CallId('c1'),
  shown: '200',
  choice: { line: LineId('away'), lineName: 'Away', target: { kind: 'number', user: '200' } },
} as const;

let inbox: MemoryShardInbox;
let clock: SimulatedHostClock;
let said: string[];
let faults: unknown[];
let numbers: PassedNumbers;
beforeEach(() => {
  inbox = new MemoryShardInbox();
  clock = new SimulatedHostClock();
  [said, faults] = [[], []];
  numbers = new PassedNumbers({
    inbox,
    incarnation: me,
    say: (user, { kind }) => void said.push(`${user} is told ${kind}`),
    clock: { now: () => EpochMs(1_000) },
    faults: { report: (_, error) => void faults.push(error) },
    hostClock: clock,
  });
});

test('a number goes to the shard of its line, and is not to be dialled after 15 s', async () => {
  await numbers.pass(number, shard);
  const rows = await inbox.open([shard], 10, [], () => {});
  expect(rows).toMatchObject([{ letter: { kind: 'dial', number }, expiresAt: 16_000 }]);
});

test('when nobody has taken it by then, nobody does any more, and who sent it is told', async () => {
  await numbers.pass(number, shard);
  await clock.advance(14_999);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual(['1 is told tooLate']);
  expect(inbox.openIds).toEqual([]);
  expect(await inbox.begin('dial-c1', other)).toBe(false);
});

test('one that was taken is nobody’s business any more, also while it is being done', async () => {
  await numbers.pass(number, shard);
  await inbox.begin('dial-c1', other);
  await clock.advance(20_000);
  expect(said).toEqual([]);
  expect(inbox.openIds).toEqual(['dial-c1']);
  expect(faults).toEqual([]);
});
