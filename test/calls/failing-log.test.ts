import { compileFunction } from 'node:vm';
import { expect, test } from 'vitest';
import { replayed } from '../../src/actors/inspection/replay.ts';
import type { RootLog } from '../../src/actors/ports/call-events.ts';
import { testOf } from '../../src/cli/replay-test.ts';
import { bridgeMachine } from '../../src/machines/bridge.ts';
import { CallId, EpochMs } from '../../src/machines/model/ids.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';

const call = CallId('c1');
const logOf = (events: readonly { readonly type: string }[]): RootLog => ({
  root: {
    ...{ id: 'root', address: 'user/1', machine: 'softphone', version: '0.1.0', startedAt: EpochMs(0) },
    input: { user: '(1)', callback: true, keepsFacts: false },
  },
  events: events.map((event, index) => ({ root: 'root', seq: index + 1, call, at: EpochMs(index), event })),
});
const dial = { type: 'dial', line: 'b5f1', target: { kind: 'number', user: '(2)' }, label: { call }, voiceLeg: 'v1' };

/** As a file of test/calls would run. */
function run(printed: string): void {
  const run = (_: string, body: () => void) => body();
  const names = { test: run, expect, replayed, softphoneMachine, bridgeMachine };
  compileFunction(printed.replaceAll(/^import .*$/gm, ''), Object.keys(names))(...Object.values(names));
}

test('a log that leads to the wrong place is a test that fails once it says where it should have led', () => {
  const printed = testOf(call, [logOf([dial])]);
  expect(printed).toContain('const expected = "callingBack";');
  run(printed);
  expect(() => run(printed.replace('"callingBack"', '"awaitingUser"'))).toThrow('awaitingUser');
});

test('a log on which the machine breaks is a test that fails until it no longer does', () => {
  const { root, events } = logOf([{ type: 'first.answered' }]);
  // Without its parties, as no version writes it.
  const printed = testOf(call, [{ root: { ...root, machine: 'bridge', input: {} }, events }]);
  expect(printed).toContain('It breaks: TypeError. Write here where it should come to.');
  expect(() => run(printed)).toThrow(TypeError);
});
