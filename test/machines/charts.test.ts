import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { machines } from '../support/machines.ts';
import { mermaid } from '../support/mermaid.ts';

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)];

test('every file of src/machines with a machine is known here', async () => {
  const files = (await readdir('src/machines')).filter((file) => file.endsWith('.ts') && file !== 'effects.ts');
  expect(files.map((file) => file.replace('.ts', ''))).toEqual(machines.map(([file]) => file));
});

test.each(machines)('the %s diagram is current', async (file, machine) => {
  await expect(mermaid(machine)).toMatchFileSnapshot(`../../src/machines/${file}.mmd`);
});

test.each(machines)('every transition of %s has a state to go to', (_, machine) => {
  // XState resolves targets when a state's transitions are first read, and throws for one that does not exist.
  for (const node of nodesOf(machine.root)) {
    expect(() => [...node.transitions.values()], node.path.join('.')).not.toThrow();
  }
});

test.each(machines)('every named delay, guard, action and actor of %s exists', (_, machine) => {
  const { delays, guards, actions, actors } = machine.implementations;
  const builtIn = /^xstate\./;
  const nameOf = (reference: unknown): string | undefined =>
    typeof reference === 'string' ? reference : (reference as { type?: string } | undefined)?.type;
  for (const node of nodesOf(machine.root)) {
    for (const { delay } of node.after) if (typeof delay === 'string') expect(delays).toHaveProperty([delay]);
    for (const { src } of node.invoke) if (typeof src === 'string') expect(actors).toHaveProperty([src]);
    const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
    for (const { guard } of transitions) if (nameOf(guard)) expect(guards).toHaveProperty([nameOf(guard) ?? '']);
    for (const action of [...node.entry, ...node.exit, ...transitions.flatMap((transition) => transition.actions)]) {
      const called = nameOf(action);
      if (called && !builtIn.test(called))
        expect(actions, `${node.path.join('.')}: ${called}`).toHaveProperty([called]);
    }
  }
});
