import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPlanFile, WrongPlanFile } from '../../../src/adapters/plans/plan-file.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-plans-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function reading(content: unknown) {
  const path = join(directory, 'plans.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return () => readPlanFile(path);
}
const free = {
  default: true,
  sipAccounts: 1,
  totalMinutesPerMonth: 30,
  callSeconds: 120,
  failedCallsPerHour: 10,
  callSwitching: false,
  recording: false,
  fragmentSeconds: 15,
  assignment: false,
  paidWorkers: false,
};

test('F-PLN-2 a plan file is read with the default plan marked; what is absent is unlimited or allowed', async () => {
  const file = (await reading({ full: {}, free }))();
  expect(file.standard).toEqual({
    name: 'free',
    sipAccounts: 1,
    totalMsPerMonth: 1_800_000,
    callMs: 120_000,
    failedCallsPerHour: 10,
    callSwitching: false,
    recording: false,
    fragmentMs: 15_000,
    assignment: false,
    paidWorkers: false,
  });
  expect(file.plans.get('full')).toEqual({
    name: 'full',
    callSwitching: true,
    recording: true,
    fragmentMs: 15_000,
    assignment: true,
    paidWorkers: true,
  });
});

test('everything that is wrong is named at once, with what is allowed', async () => {
  const read = await reading({ free: { ...free, sipAcounts: 2, callSeconds: '2 min', recording: 'no' }, 'a b': 7 });
  expect(read).toThrow(WrongPlanFile);
  expect(read).toThrow('free.sipAcounts: no such option, allowed are default, sipAccounts,');
  expect(read).toThrow('free.callSeconds: found "2 min", allowed is a whole number, 1 to 1000000');
  expect(read).toThrow('free.recording: found "no", allowed is true or false');
  expect(read).toThrow('a b: found 7, allowed is an object of options');
  expect(read).toThrow('"a b": a plan\'s name has');
});

test.each([
  [{ free: { ...free, default: false } }, 'found none with "default": true'],
  [{ free, other: free }, 'found free, other with "default": true'],
  [{}, 'found none'],
  [[free], 'no JSON object'],
  ['{ "free": ', 'cannot be read'],
])('%j is refused', async (content, why) => {
  const read = await reading(content);
  expect(read).toThrow(WrongPlanFile);
  expect(read).toThrow(why);
});

test('a file that is not there is named', () => {
  expect(() => readPlanFile(join(directory, 'none.json'))).toThrow(WrongPlanFile);
  expect(() => readPlanFile(join(directory, 'none.json'))).toThrow('none.json');
});
