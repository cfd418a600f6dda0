import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoggedEvent, LoggedRoot } from '../../src/actors/ports/call-events.ts';
import { CallEventRepository } from '../../src/db/call-event-repository.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { removeExpired } from '../../src/db/expiry.ts';
import { CallId, EpochMs } from '../../src/machines/model/ids.ts';
import { temporaryCluster } from '../support/database.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let rows: CallEventRepository;

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  rows = new CallEventRepository(database);
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});

const dayMs = 86_400_000;
const now = Date.now();
const rootOf = (address: string, startedAt = now): LoggedRoot => ({
  id: randomUUID(),
  address,
  machine: 'softphone',
  version: '1.2.3',
  input: { user: '(1)', callback: true },
  startedAt: EpochMs(startedAt),
});
const eventOf = (root: LoggedRoot, seq: number, call: string | undefined, at = now + seq): LoggedEvent => ({
  root: root.id,
  seq,
  call: call === undefined ? undefined : CallId(call),
  at: EpochMs(at),
  event: { type: `e${seq}` },
});

test('a call’s log is all that its roots received, also of their other calls, in order', async () => {
  const [softphone, bridge, other] = [rootOf('user/1', now), rootOf('bridge/c1', now + 9), rootOf('user/2')];
  const first = [eventOf(softphone, 1, undefined), eventOf(softphone, 2, 'c1'), eventOf(other, 1, 'c9')];
  await rows.append([softphone, other], first);
  const later = [eventOf(softphone, 3, 'c2'), eventOf(bridge, 1, 'c1')];
  await rows.append([bridge], later);
  expect(await rows.ofCall(CallId('c1'))).toEqual([
    { root: softphone, events: [first[0], first[1], later[0]] },
    { root: bridge, events: [later[1]] },
  ]);
  expect(await rows.ofCall(CallId('c2'))).toMatchObject([{ root: { id: softphone.id } }]);
  expect(await rows.ofCall(CallId('unknown'))).toEqual([]);
  expect(await rows.ofCall(CallId('c9'))).toEqual([{ root: other, events: [first[2]] }]);
});

test('a batch that is written twice is there once', async () => {
  const root = rootOf('user/3');
  for (let turn = 0; turn < 2; turn++) await rows.append([root], [eventOf(root, 1, 'c3')]);
  expect(await rows.ofCall(CallId('c3'))).toEqual([{ root, events: [eventOf(root, 1, 'c3')] }]);
});

test('events are kept for 30 days, and a root for as long as any of its events', async () => {
  const [old, long, young] = [40, 40, 29].map((days) => rootOf('user/4', now - days * dayMs)) as [
    LoggedRoot,
    LoggedRoot,
    LoggedRoot,
  ];
  await rows.append(
    [old, long, young],
    [
      eventOf(old, 1, 'c4', now - 31 * dayMs),
      eventOf(long, 1, 'c4', now - 31 * dayMs),
      eventOf(long, 2, 'c4', now - 29 * dayMs),
      eventOf(young, 1, 'c4', now - 29 * dayMs),
    ],
  );
  await removeExpired(database);
  const left = (await rows.ofCall(CallId('c4'))).map(({ root, events }) => [root.id, events.map(({ seq }) => seq)]);
  expect(Object.fromEntries(left)).toEqual({ [long.id]: [2], [young.id]: [1] });
  const orphans = await database.fork().execute<unknown[]>('select from call_event where root_id = ?', [old.id]);
  expect(orphans).toEqual([]);
});
