import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** The acceptance examples that must be there and pass; the product page has their text. */
const due = [
  14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
  44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83,
  84, 87, 88,
].map((number) => `AC-${number}`);

/**
 * Prints a line for each acceptance example named by a test, and one for each that is due and has none; a run of the whole
 * suite with a missing one fails.
 */
export default class AcceptanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const states = new Map<string, { passed: boolean; files: Set<string>; titles: Set<string> }>();
    for (const test of tests) {
      const { state } = test.result();
      if (state === 'pending') continue;
      for (const [id] of test.fullName.matchAll(/\bAC-\d+\b/g)) {
        const known = states.get(id) ?? { passed: true, files: new Set(), titles: new Set() };
        if (state !== 'passed') console.log(`${id} ${state}: ${test.fullName}`);
        // A skipped example is not shown, so it has not passed.
        known.passed &&= state === 'passed';
        known.files.add(relative(process.cwd(), test.module.moduleId));
        known.titles.add(test.name.replaceAll(/\bAC-\d+ /g, ''));
        states.set(id, known);
      }
    }
    if (states.size > 0) {
      const number = (id: string) => Number(id.slice(3));
      const missing = due.filter((id) => !states.has(id));
      for (const id of [...states.keys(), ...missing].sort((a, b) => number(a) - number(b))) {
        const known = states.get(id);
        console.log(known ? `${id} ${known.passed ? 'pass' : 'fail'} ${[...known.files].join(' ')}` : `${id} missing`);
      }
      const { ACCEPTANCE_DOC: doc } = process.env;
      if (doc) writeFileSync(doc, tableOf(states, missing));
      const failing = missing.length > 0 || [...states.values()].some(({ passed }) => !passed);
      if (process.env.ACCEPTANCE === 'due' && failing) process.exitCode = 1;
    }
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  }
}

type States = ReadonlyMap<string, { passed: boolean; files: ReadonlySet<string>; titles: ReadonlySet<string> }>;

const tableOf = (states: States, missing: readonly string[]): string => {
  const number = (id: string) => Number(id.slice(3));
  const rows = [...states.keys(), ...missing]
    .sort((a, b) => number(a) - number(b))
    .map((id) => {
      const { passed = false, files = new Set<string>(), titles = new Set<string>() } = states.get(id) ?? {};
      const told = [...titles].map((title) => title.replaceAll('|', '\\|')).join('; ');
      return `| ${id} | ${states.has(id) ? (passed ? 'pass' : 'fail') : 'missing'} | ${told} | ${[...files].map((file) => `\`${file}\``).join(' ')} |`;
    });
  return [
    '# Acceptance examples',
    '',
    'Written by `npm run acceptance`: each example of the product’s specification that a test names, how it went, what is told.',
    '',
    '| example | result | what is told | where |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
};
