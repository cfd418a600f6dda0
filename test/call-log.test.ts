import { expect, test } from 'vitest';
import { isOfCalls } from '../src/actors/inspection/call-of-event.ts';
import type { ObservedRoot } from '../src/actors/inspection/hub.ts';
import type { RootLog } from '../src/actors/ports/call-events.ts';
import { loggedMachines, testOf } from '../src/cli/replay-test.ts';
import { CallId, EpochMs } from '../src/machines/model/ids.ts';
import { machines } from './support/machines.ts';

const call = CallId('c1');
const logOf = (machine: string, input: unknown, types: readonly (string | undefined)[]): RootLog => ({
  root: { id: 'r', address: 'user/1001', machine, version: '1.2.3', input, startedAt: EpochMs(0) },
  events: types.flatMap((type, index) =>
    type === undefined ? [] : [{ root: 'r', seq: index + 1, call, at: EpochMs(index * 10), event: { type } }],
  ),
});
const testCall = { call: 'c1', line: 'l1', user: '(1)' };

test('a log becomes a test of its machine, with where it comes to and without whose it is', () => {
  expect(testOf(call, [logOf('testCall', testCall, ['party.answered', 'shutdown'])])).toBe(
    `import { expect, test } from 'vitest';
import { replayed } from '../../src/actors/inspection/replay.ts';
import { testCallMachine } from '../../src/machines/test-call.ts';

// siptg 1.2.3, 1970-01-01T00:00:00.000Z
test('testCall of call c1', () => {
  const input = {"call":"c1","line":"l1","user":"(1)"};
  const events = [
    {"type":"party.answered"}, // +0 ms
    {"type":"shutdown"}, // +10 ms
  ];
  // Where it comes to now; write here where it should.
  const expected = "ending";
  expect(replayed(testCallMachine, input, events).at(-1)?.value).toEqual(expected);
});`,
  );
});

test('events that were not written are told of', () => {
  const printed = testOf(call, [logOf('testCall', testCall, [undefined, undefined, 'shutdown', undefined, 'x'])]);
  expect(printed).toContain('// Events 1 to 2 were not written');
  expect(printed).toContain('// Events 4 to 4 were not written');
});

test('a log that breaks its machine, or whose machine is gone, is printed all the same', () => {
  // A bridge without its parties.
  const broken = testOf(call, [logOf('bridge', {}, ['first.answered'])]);
  expect(broken).toContain('// It breaks: TypeError.');
  expect(broken).toContain('"type":"first.answered"');
  expect(testOf(call, [logOf('gone', {}, [])])).toContain('// A gone, which this version does not know.');
});

test('of every machine that is logged a test can be printed, which finds it', async () => {
  const logged = machines.map(([, { id }]) => id).filter((machine) => isOfCalls({ machine } as ObservedRoot));
  expect(logged.toSorted()).toEqual(Object.keys(loggedMachines).toSorted());
  for (const { machine, name, file } of Object.values(loggedMachines)) {
    const found = (await import(`../src/machines/${file}`)) as Record<string, unknown>;
    expect(found[name]).toBe(machine);
  }
});
