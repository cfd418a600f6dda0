import type { AnyStateMachine } from 'xstate';
import { replayed } from '../actors/inspection/replay.ts';
import type { RootLog } from '../actors/ports/call-events.ts';
import { bridgeMachine } from '../machines/bridge.ts';
import { lineQuestionMachine } from '../machines/line-question.ts';
import type { CallId } from '../machines/model/ids.ts';
import { softphoneMachine } from '../machines/softphone.ts';
import { testCallMachine } from '../machines/test-call.ts';

/** The machines whose roots are logged, by their ids, with their names in the source. */
export const loggedMachines: Readonly<Record<string, { machine: AnyStateMachine; name: string; file: string }>> = {
  bridge: { machine: bridgeMachine, name: 'bridgeMachine', file: 'bridge.ts' },
  lineQuestion: { machine: lineQuestionMachine, name: 'lineQuestionMachine', file: 'line-question.ts' },
  softphone: { machine: softphoneMachine, name: 'softphoneMachine', file: 'softphone.ts' },
  testCall: { machine: testCallMachine, name: 'testCallMachine', file: 'test-call.ts' },
};

/** A file for test/calls: each root of the call goes through its events, and comes to where this version of it comes. */
export function testOf(call: CallId, logs: readonly RootLog[]): string {
  const known = logs.flatMap((log) => loggedMachines[log.root.machine] ?? []);
  const imports = [...new Set(known)]
    .map(({ name, file }) => `import { ${name} } from '../../src/machines/${file}';`)
    .toSorted();
  return [
    "import { expect, test } from 'vitest';",
    "import { replayed } from '../../src/actors/inspection/replay.ts';",
    ...imports,
    ...logs.map((log) => `\n${testOfRoot(call, log)}`),
  ].join('\n');
}

function testOfRoot(call: CallId, { root, events }: RootLog): string {
  const found = loggedMachines[root.machine];
  if (!found) return `// A ${root.machine}, which this version does not know.`;
  const startedAt = root.startedAt;
  const said = events.map(({ event, at }) => `    ${JSON.stringify(event)}, // +${at - startedAt} ms`);
  return [
    `// siptg ${root.version}, ${new Date(startedAt).toISOString()}`,
    ...gapsOf(events).map((gap) => `// ${gap}: what follows may not be what happened.`),
    `test('${root.machine} of call ${call}', () => {`,
    `  const input = ${JSON.stringify(root.input)};`,
    '  const events = [',
    ...said,
    '  ];',
    ...endOf(
      found.machine,
      root.input,
      events.map(({ event }) => event),
    ).map((line) => `  ${line}`),
    `  expect(replayed(${found.name}, input, events).at(-1)?.value).toEqual(expected);`,
    '});',
  ].join('\n');
}

function endOf(machine: AnyStateMachine, input: unknown, events: readonly { readonly type: string }[]): string[] {
  try {
    const value: unknown = replayed(machine, input, events).at(-1)?.value;
    return ['// Where it comes to now; write here where it should.', `const expected = ${JSON.stringify(value)};`];
  } catch (error) {
    return [
      `// It breaks: ${(error as Error).name}. Write here where it should come to.`,
      'const expected = undefined;',
    ];
  }
}

function gapsOf(events: RootLog['events']): string[] {
  const ends = events.map(({ seq }, index) => ({ from: (events[index - 1]?.seq ?? 0) + 1, until: seq - 1 }));
  return ends
    .filter(({ from, until }) => from <= until)
    .map(({ from, until }) => `Events ${from} to ${until} were not written`);
}
