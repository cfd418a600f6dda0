import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Plan, Plans } from '../../../src/actors/ports/plans.ts';
import type { Worker } from '../../../src/actors/ports/workers.ts';
import type { PlanFile } from '../../../src/adapters/plans/plan-file.ts';
import { plansOf } from '../../../src/adapters/plans/plans.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { LineBookRepository } from '../../../src/db/line-book-repository.ts';
import { LineRepository } from '../../../src/db/line-repository.ts';
import { PlanRepository } from '../../../src/db/plan-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { EpochMs, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { ListedWorkers } from '../../fakes/settings/workers.ts';
import { temporaryCluster } from '../../support/database.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = EpochMs(1_800_000_000_000);
const at = (afterMs: number) => EpochMs(start + afterMs);
const full: Plan = {
  name: 'full',
  callSwitching: true,
  recording: true,
  fragmentMs: 0,
  assignment: true,
  paidWorkers: true,
};
const free: Plan = {
  ...full,
  name: 'free',
  sipAccounts: 1,
  totalMsPerMonth: 30 * minute,
  callMs: 2 * minute,
  failedCallsPerHour: 10,
  assignment: false,
};
const file: PlanFile = {
  plans: new Map([
    ['free', free],
    ['full', full],
    ['no paid workers', { ...full, name: 'no paid workers', paidWorkers: false }],
  ]),
  standard: free,
};
const workers = new ListedWorkers();
const someLine = LineId('00000000-0000-4000-8000-000000000001');

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let accounts: PlanRepository;
let lines: LineRepository;
let plans: Plans;
let people = 0;
let calls = 0;
let olga: UserId;

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  accounts = new PlanRepository(database);
  lines = new LineRepository(database, new SecretBox(Buffer.alloc(32, 1)));
  plans = plansOf(file, { accounts, lines, workers });
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});
beforeEach(() => {
  olga = newPerson();
});

const newPerson = () => UserId(9_000 + people++);
const newLine = (owner: UserId) =>
  lines.add({
    name: 'Office',
    owner,
    login: '100',
    password: 'secret',
    domain: 'pbx.test',
    proxy: '',
    transport: 'udp',
    codecs: ['alaw'],
  });
const talked = (owner: UserId, ms: number, afterMs: number, call = `c${calls++}`) =>
  plans.count(owner, { call, at: at(afterMs), talkedMs: ms, failed: false });
const failed = (owner: UserId, afterMs: number, call = `c${calls++}`) =>
  plans.count(owner, { call, at: at(afterMs), talkedMs: 0, failed: true });
const reason = async (owner: UserId, afterMs: number, line = someLine) =>
  (await plans.refusalOf(owner, line, at(afterMs)))?.reason;

test('without a plan file nothing is limited, and nobody is told of limits', async () => {
  const none = plansOf(undefined, { accounts, lines, workers });
  await none.count(olga, { call: 'x', at: start, talkedMs: 100 * day, failed: true });
  expect(await none.refusalOf(olga, someLine, start)).toBeUndefined();
  expect(await none.firstToldOf(olga, 'Total calls duration is exceeded', start)).toBe(false);
  const plan = await none.planOf(olga);
  expect(plan).toMatchObject({ callSwitching: true, recording: true, assignment: true, paidWorkers: true });
  expect(plan.callMs ?? plan.totalMsPerMonth ?? plan.sipAccounts ?? plan.failedCallsPerHour).toBeUndefined();
});

test('who was given no plan has the default one, and so has he whose plan left the file', async () => {
  expect(await plans.planOf(olga)).toBe(free);
  await accounts.setPlan(olga, 'full');
  expect(await plans.planOf(olga)).toBe(full);
  await accounts.setPlan(olga, 'gone');
  expect(await plans.planOf(olga)).toBe(free);
  await accounts.setPlan(olga, undefined);
  expect(await plans.planOf(olga)).toBe(free);
});

test('F-PLN-3 the eleventh failed call of an hour is refused, the hour beginning with the first', async () => {
  for (let minutes = 0; minutes < 10; minutes++) {
    expect(await reason(olga, minutes * minute)).toBeUndefined();
    await failed(olga, minutes * minute);
  }
  expect(await plans.refusalOf(olga, someLine, at(10 * minute))).toEqual({
    status: 402,
    reason: 'Amount of fail calls is exceeded',
  });
  expect(await reason(olga, hour - 1)).toBe('Amount of fail calls is exceeded');
  expect(await reason(olga, hour)).toBeUndefined();
  await failed(olga, 2 * hour);
  expect(await reason(olga, 2 * hour)).toBeUndefined();
  expect((await accounts.counters(olga)).failed).toEqual({ since: at(2 * hour), used: 1 });
});

test('F-PLN-1 F-PLN-3 thirty minutes of talk refuse calls until thirty days after the first of them ended', async () => {
  await failed(olga, -20 * day);
  await talked(olga, 29 * minute, 0);
  expect(await reason(olga, day)).toBeUndefined();
  await talked(olga, minute, 2 * day);
  expect(await reason(olga, 2 * day)).toBe('Total calls duration is exceeded');
  expect(await reason(olga, 30 * day - 1)).toBe('Total calls duration is exceeded');
  expect(await reason(olga, 30 * day)).toBeUndefined();
});

test('a call is counted once, however often and by however many it is told', async () => {
  await Promise.all(Array.from({ length: 8 }, () => talked(olga, 4 * minute, 0, 'same')));
  await talked(olga, 4 * minute, day, 'same');
  expect((await accounts.counters(olga)).talked).toEqual({ since: start, used: 4 * minute });
});

test('calls that end at once are all counted', async () => {
  await Promise.all(Array.from({ length: 8 }, () => talked(olga, minute, 0)));
  expect((await accounts.counters(olga)).talked?.used).toBe(8 * minute);
});

test('a call neither talked nor failed begins no period', async () => {
  await plans.count(olga, { call: `c${calls++}`, at: start, talkedMs: 0, failed: false });
  expect(await accounts.counters(olga)).toEqual({ talked: undefined, failed: undefined, told: {} });
});

test('calls are charged to the owner, and his plan is the one that counts', async () => {
  const uwe = newPerson();
  await accounts.setPlan(uwe, 'full');
  await talked(olga, 30 * minute, 0);
  expect(await reason(olga, minute)).toBe('Total calls duration is exceeded');
  expect(await accounts.counters(uwe)).toMatchObject({ talked: undefined });
  await accounts.setPlan(olga, 'full');
  expect(await reason(olga, minute)).toBeUndefined();
});

test('an owner is told of a limit once in its period, of each limit by itself', async () => {
  expect(await plans.firstToldOf(olga, 'Total calls duration is exceeded', start)).toBe(false);
  await talked(olga, 30 * minute, 0);
  for (let calls = 0; calls < 10; calls++) await failed(olga, 0);
  const told = (why: Parameters<Plans['firstToldOf']>[1], afterMs: number) => plans.firstToldOf(olga, why, at(afterMs));
  const asked = await Promise.all(Array.from({ length: 4 }, () => told('Total calls duration is exceeded', 1)));
  expect(asked.filter(Boolean)).toHaveLength(1);
  expect(await told('Amount of fail calls is exceeded', 1)).toBe(true);
  expect(await told('Amount of fail calls is exceeded', 2)).toBe(false);
  await failed(olga, 2 * hour);
  expect(await told('Amount of fail calls is exceeded', 2 * hour)).toBe(true);
  expect(await told('Total calls duration is exceeded', 2 * hour)).toBe(false);
  expect(await told('SIP account has disallowed settings', 0)).toBe(true);
  expect(await told('SIP account has disallowed settings', 29 * day)).toBe(false);
  expect(await told('SIP account has disallowed settings', 30 * day)).toBe(true);
});

test('F-PLN-1 lines beyond the plan are refused, the oldest work on', async () => {
  const [first, second] = [await newLine(olga), await newLine(olga)];
  expect(await reason(olga, 0, first)).toBeUndefined();
  expect(await reason(olga, 0, second)).toBe('SIP account has disallowed settings');
  await accounts.setPlan(olga, 'full');
  expect(await reason(olga, 0, second)).toBeUndefined();
});

test('a line with somebody else as its user is refused where the plan does not assign', async () => {
  const line = await newLine(olga);
  await lines.assignUser(line, newPerson());
  expect(await reason(olga, 0, line)).toBe('SIP account has disallowed settings');
  await lines.assignUser(line, undefined);
  expect(await reason(olga, 0, line)).toBeUndefined();
});

test('F-PLN-1 F-WRK-4 a line on a worker the plan does not have is refused; on Auto, on a free one or on none it is not', async () => {
  const line = await newLine(olga);
  const book = new LineBookRepository(database, new SecretBox(Buffer.alloc(32, 1)));
  const why = async (worker: string) => {
    await book.edit(olga, line, { worker }, start);
    await book.apply(olga, line);
    return reason(olga, 0, line);
  };
  await accounts.setPlan(olga, 'no paid workers');
  const of = (id: string, kind: Worker['kind'], free = false): Worker => ({
    ...{ id, kind, free, owner: undefined, name: id, place: '', load: 0, seenAt: start, switchedOff: false },
  });
  workers.workers = [of('free', 'official', true), of('main', 'official'), of('hers', 'private', true)];
  expect(await why('free')).toBeUndefined();
  expect(await why('main')).toBe('SIP account has disallowed settings');
  expect(await why('hers')).toBe('SIP account has disallowed settings');
  await accounts.setPlan(olga, 'full');
  expect(await reason(olga, 0, line)).toBeUndefined();
  await accounts.setPlan(olga, 'no paid workers');
  expect(await why('gone')).toBeUndefined();
  expect(await why('auto')).toBeUndefined();
});
