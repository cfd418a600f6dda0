import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { machines, parts, statesElsewhere } from '../support/machines.ts';
import { mermaid, mermaidOf, nodeAt, withDescendants } from '../support/mermaid.ts';

/** What machines and their parts are made of. */
const others = [
  'answered',
  'call-events',
  'call-setup',
  'effects',
  'pair-events',
  'pair-setup',
  'panel',
  'reconnection-ends',
  'recording-context',
  'recording-events',
  'recovery-setup',
  'softphone-children',
  'softphone-context',
  'softphone-facts',
  'softphone-setup',
];
const sources = async () => (await readdir('src/machines', { recursive: true })).filter((file) => file.endsWith('.ts'));

test('every file of src/machines with a machine, or with states of one, is known here', async () => {
  const files = (await sources()).filter((file) => !file.startsWith('model')).map((file) => file.replace('.ts', ''));
  const known = [...machines.map(([file]) => file), ...parts.map(([file]) => file), ...others];
  expect(files.toSorted()).toEqual(known.toSorted());
});

test('no file of src/machines is longer than 200 lines', async () => {
  const lengths = (await sources()).map(async (file) => {
    const text = await readFile(`src/machines/${file}`, 'utf8');
    return { file, lines: text.split('\n').length - 1 };
  });
  expect((await Promise.all(lengths)).filter(({ lines }) => lines > 200)).toEqual([]);
});

test.each(machines)('the %s diagram is current', async (file, machine) => {
  await expect(mermaid(machine, statesElsewhere(machine))).toMatchFileSnapshot(`../../src/machines/${file}.mmd`);
});

test.each(parts)('the %s diagram is current', async (file, machine, states) => {
  await expect(mermaidOf(machine, states)).toMatchFileSnapshot(`../../src/machines/${file}.mmd`);
});

test.each(parts)('the states drawn beside %s are those of that file', async (file, machine, states) => {
  const exported = (await import(`../../src/machines/${file}.ts`)) as Record<string, unknown>;
  const drawn = states.map((path) => nodeAt(machine, path));
  for (const node of drawn) expect(exported[node.key], node.key).toBe(node.config);
});

test('docs/machines.md shows every diagram as it is', async () => {
  const diagrams = new Map([
    ...machines.map(([file, machine]) => [file, mermaid(machine, statesElsewhere(machine))] as const),
    ...parts.map(([file, machine, states]) => [file, mermaidOf(machine, states)] as const),
  ]);
  const text = await readFile('docs/machines.md', 'utf8');
  const shown = [...text.matchAll(/^<!-- diagram: (.+) -->$/gm)].map(([, file]) => String(file));
  expect(shown.toSorted()).toEqual([...diagrams.keys()].toSorted());
  const current = text.replace(
    /^<!-- diagram: (.+) -->\n(\n```mermaid\n[^`]*```\n)?/gm,
    (_, file: string) => `<!-- diagram: ${file} -->\n\n\`\`\`mermaid\n${diagrams.get(file)}\`\`\`\n`,
  );
  await expect(current).toMatchFileSnapshot('../../docs/machines.md');
});

test.each(machines)('every transition of %s has a state to go to', (_, machine) => {
  // XState resolves targets when a state's transitions are first read, and throws for one that does not exist.
  for (const node of withDescendants(machine.root)) {
    expect(() => [...node.transitions.values()], node.path.join('.')).not.toThrow();
  }
});

test.each(machines)('every named delay, guard, action and actor of %s exists', (_, machine) => {
  const { delays, guards, actions, actors } = machine.implementations;
  const builtIn = /^xstate\./;
  const nameOf = (reference: unknown): string | undefined =>
    typeof reference === 'string' ? reference : (reference as { type?: string } | undefined)?.type;
  for (const node of withDescendants(machine.root)) {
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
