import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { examples } from './acceptance/examples.ts';
import { features } from './acceptance/features.ts';
import { documentOf } from './acceptance/table.ts';
import { judge, type RanTest } from './acceptance/verdict.ts';

/**
 * Prints how each acceptance example and feature fared that a test of this run names. With `ACCEPTANCE=due`, for runs of all
 * of them, also those that no test names, and the run fails if anything that is to be shown was not, or a reference leads
 * nowhere. `ACCEPTANCE_DOC` names the file to write.
 */
export default class AcceptanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = modules.flatMap(testsOf);
    const due = process.env.ACCEPTANCE === 'due';
    const { verdicts, problems } = judge([...examples, ...features], ran);
    for (const { claim, result, tests } of verdicts) {
      const concerned = due ? result !== 'not yet' : tests.some(({ state }) => state !== 'skipped');
      if (concerned) console.log(`${claim.id} ${result} ${[...new Set(tests.map(({ file }) => file))].join(' ')}`);
    }
    // Not every run has the default reporter beside this one.
    for (const test of modules.flatMap((module) => [...module.children.allTests('failed')])) {
      for (const { message } of test.result().errors ?? []) console.log(`${test.fullName}\n  ${message}`);
    }
    const { ACCEPTANCE_DOC: doc } = process.env;
    if (doc) writeFileSync(doc, documentOf(judge(examples, ran).verdicts, judge(features, ran).verdicts));
    if (due) {
      for (const problem of problems) console.log(problem);
      if (problems.length > 0) process.exitCode = 1;
    }
    const count = (state: string) => ran.filter((test) => test.state === state).length;
    console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  }
}

const testsOf = (module: TestModule): RanTest[] =>
  [...module.children.allTests()].map((test) => ({
    title: test.name,
    file: relative(process.cwd(), module.moduleId),
    state: test.result().state,
  }));
