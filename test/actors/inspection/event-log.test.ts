import { beforeEach, expect, test } from 'vitest';
import { type AnyActor, createActor, setup } from 'xstate';
import { EventLog } from '../../../src/actors/inspection/event-log.ts';
import { InspectionHub } from '../../../src/actors/inspection/hub.ts';
import type { CallEvents, LoggedEvent, LoggedRoot } from '../../../src/actors/ports/call-events.ts';
import { CallId, EpochMs } from '../../../src/machines/model/ids.ts';

/** Rows in memory, which can be away, or slow. */
class Rows implements CallEvents {
  readonly batches: { readonly roots: readonly LoggedRoot[]; readonly events: readonly LoggedEvent[] }[] = [];
  isAway = false;
  answer: Promise<void> = Promise.resolve();
  async append(roots: readonly LoggedRoot[], events: readonly LoggedEvent[]): Promise<void> {
    await this.answer;
    if (this.isAway) throw new Error('the database is away');
    this.batches.push({ roots, events });
  }
  get events(): LoggedEvent[] {
    return this.batches.flatMap(({ events }) => events);
  }
}

/** As a test call's root: its events are of the call of its input. */
const machineOf = (id: string) => setup({ types: { input: {} as { call: string } } }).createMachine({ id });
const machine = machineOf('testCall');
const call = CallId('c1');

let rows: Rows;
let told: string[];
let timers: { ms: number; fire: () => void }[];
let now: number;
let log: EventLog;
let hub: InspectionHub;

beforeEach(() => {
  rows = new Rows();
  told = [];
  timers = [];
  now = 1_000;
  let id = 0;
  const faults = { report: (where: string, error: unknown) => void told.push(`${where}: ${(error as Error).message}`) };
  hub = new InspectionHub({ now: () => EpochMs(now) }, faults);
  log = new EventLog({
    rows,
    faults,
    version: '1.2.3',
    newId: () => `root-${++id}`,
    after: (ms, fire) => {
      const timer = { ms, fire };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    mostWaiting: 120,
  });
  hub.watch(log);
});

const start = (address = 'test-call/c1', of = machine): AnyActor => {
  const input = { call };
  return createActor(of, { input, ...hub.root(address, of, input) }).start();
};
const send = (actor: AnyActor, count: number) => {
  for (let number = 1; number <= count; number++) actor.send({ type: `e${number}` });
};
const passes = async () => {
  for (const { fire } of timers.splice(0)) fire();
  await log.settled();
};

test('events are written once 250 ms have passed, with their root, their times and their call', async () => {
  const actor = start();
  actor.send({ type: 'first' });
  now = 1_200;
  actor.send({ type: 'second' });
  expect(rows.batches).toEqual([]);
  expect(timers.map(({ ms }) => ms)).toEqual([250]);
  await passes();
  const root = { id: 'root-1', address: 'test-call/c1', machine: 'testCall', version: '1.2.3', input: { call: 'c1' } };
  expect(rows.batches).toEqual([
    {
      roots: [{ ...root, startedAt: 1_000 }],
      events: [
        { root: 'root-1', seq: 1, call, at: 1_000, event: { type: 'first' } },
        { root: 'root-1', seq: 2, call, at: 1_200, event: { type: 'second' } },
      ],
    },
  ]);
});

test('fifty events are written at once, but not within the transition that brought the last of them', async () => {
  send(start(), 50);
  expect(rows.batches).toEqual([]);
  expect(timers.map(({ ms }) => ms)).toEqual([0]);
  await passes();
  expect(rows.batches.map(({ events }) => events.length)).toEqual([50]);
});

test('what comes while a batch is written is written after it, and the root only once', async () => {
  const actor = start();
  let answers = () => {};
  rows.answer = new Promise((done) => {
    answers = done;
  });
  send(actor, 1);
  for (const { fire } of timers.splice(0)) fire();
  send(actor, 2);
  answers();
  await log.settled();
  expect(rows.batches.map(({ roots, events }) => [roots.length, events.length])).toEqual([
    [1, 1],
    [0, 2],
  ]);
});

test('what comes just after a batch was written has a timer of its own', async () => {
  const actor = start();
  rows.append = async (roots, events) => {
    rows.batches.push({ roots, events });
    // After the answer, and before the log has heard of it.
    if (rows.batches.length === 1) queueMicrotask(() => queueMicrotask(() => send(actor, 1)));
  };
  send(actor, 1);
  for (const { fire } of timers.splice(0)) fire();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(rows.events.length + timers.length).toBe(2);
  await passes();
  expect(rows.events.map(({ seq }) => seq)).toEqual([1, 2]);
});

test('more than can be written is counted and told once; what is missing shows in the numbers', async () => {
  const actor = start();
  let answers = () => {};
  rows.answer = new Promise((done) => {
    answers = done;
  });
  send(actor, 50);
  for (const { fire } of timers.splice(0)) fire();
  send(actor, 123);
  expect(log.lost).toBe(3);
  expect(told).toEqual(['event log: more events of calls than can be written']);
  answers();
  await log.settled();
  send(actor, 1);
  await passes();
  expect(rows.events.map(({ seq }) => seq).slice(-2)).toEqual([170, 174]);
});

test('what the database does not take is counted, told once for as long as it is away, and no call notices', async () => {
  const actor = start();
  rows.isAway = true;
  send(actor, 2);
  await passes();
  send(actor, 3);
  await passes();
  expect(log.lost).toBe(5);
  expect(told).toEqual(['event log: the database is away']);
  expect(actor.getSnapshot().status).toBe('active');
  rows.isAway = false;
  send(actor, 1);
  await passes();
  expect(rows.batches).toMatchObject([{ roots: [{ id: 'root-1' }], events: [{ seq: 6 }] }]);
  rows.isAway = true;
  send(actor, 1);
  await passes();
  expect(told).toHaveLength(2);
});

test('a log that is closed takes nothing more, and says what it gave up', async () => {
  const actor = start();
  send(actor, 2);
  await log.close();
  send(actor, 1);
  expect(timers).toEqual([]);
  expect(log.lost).toBe(3);
  expect(told).toEqual(['event log: events of calls were not written in time']);
  expect(rows.batches).toEqual([]);
});

test('a log that is closed does not wait for a database that says nothing', async () => {
  rows.answer = new Promise(() => {});
  send(start(), 1);
  for (const { fire } of timers.splice(0)) fire();
  const closed = log.close();
  expect(timers.map(({ ms }) => ms)).toEqual([1_000]);
  for (const { fire } of timers.splice(0)) fire();
  await closed;
});

test('lines and the settings bot are not written down', async () => {
  for (const id of ['sipAccount', 'settingsDialogue']) send(start('x/1', machineOf(id)), 1);
  await passes();
  expect(rows.batches).toEqual([]);
});

test('two lives at one address are two logs', async () => {
  for (const actor of [start('user/1'), start('user/1')]) send(actor, 1);
  await passes();
  expect(rows.events.map(({ root, seq }) => [root, seq])).toEqual([
    ['root-1', 1],
    ['root-2', 1],
  ]);
});
