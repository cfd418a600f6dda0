import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { chartOf, labelOf, pathsOf, stateOf } from '../../../src/actors/inspection/chart.ts';
import { machinesById } from '../../../src/actors/inspection/machines.ts';
import { machineCommands } from '../../../src/cli/machine-commands.ts';
import { machines } from '../../support/machines.ts';

let directory: string;
beforeAll(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'siptg-machines-')), 'out');
  await machineCommands['machines export']?.([directory]);
});
afterAll(() => rm(join(directory, '..'), { recursive: true }));

test('every machine is known here by its id', () => {
  expect([...machinesById.keys()].toSorted()).toEqual(machines.map(([, { id }]) => id).toSorted());
});

test('a file is written for every machine', async () => {
  const files = machines.map(([, { id }]) => `${id}.json`);
  expect((await readdir(directory)).toSorted()).toEqual(files.toSorted());
});

/** What a chart says, whoever drew it. */
const drawingOf = (machine: AnyStateMachine) => {
  const { root, edges } = chartOf(machine).chart;
  const told = edges.map(({ source, targets, label, guard }) => [source, label, guard, ...targets].join(' | '));
  return { root: JSON.stringify(root), edges: told.toSorted() };
};

test.each(machines)('the exported %s is read again as the same chart', async (_, machine) => {
  const text = await readFile(join(directory, `${machine.id}.json`), 'utf8');
  const again = createMachine(JSON.parse(text) as object);
  expect(drawingOf(again)).toEqual(drawingOf(machine));
});

test('states are named by their paths, the innermost ones in one line', () => {
  const value = { enabled: { media: 'heard', hold: { asked: 'twice' } } };
  expect(pathsOf(value)).toEqual([
    '',
    'enabled',
    'enabled.media',
    'enabled.media.heard',
    'enabled.hold',
    'enabled.hold.asked',
    'enabled.hold.asked.twice',
  ]);
  expect(stateOf(value)).toBe('enabled.media.heard, enabled.hold.asked.twice');
  expect(stateOf('idle')).toBe('idle');
});

test.each([
  ['', 'always'],
  ['party.answered', 'party.answered'],
  ['xstate.after.ringOverdue.call.alerting', 'after ringOverdue'],
  ['xstate.after.1000.call.alerting', 'after 1000 ms'],
  ['xstate.done.actor.saving', 'saving done'],
  ['xstate.error.actor.saving', 'saving failed'],
  ['*', 'anything else'],
])('the event %j is told as %s', (event, label) => expect(labelOf(event)).toBe(label));
