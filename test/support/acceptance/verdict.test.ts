import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { examples } from './examples.ts';
import { features } from './features.ts';
import { documentOf } from './table.ts';
import { type Claim, judge, type RanTest } from './verdict.ts';

const ran = (title: string, state: RanTest['state'] = 'passed'): RanTest => ({
  title,
  file: 'test/some.test.ts',
  state,
});
const claim = (id: string, shownBy: readonly string[] = [id], lacks?: string): Claim & { area: string } => ({
  id,
  text: `what ${id} says`,
  shownBy,
  area: 'Area',
  ...(lacks !== undefined && { lacks }),
});
const resultsOf = (claims: readonly Claim[], tests: readonly RanTest[]) => {
  const { verdicts, problems } = judge(claims, tests);
  return { results: verdicts.map(({ result }) => result), problems };
};

describe('a claim', () => {
  test('passes when every test that names it has passed', () => {
    const tests = [ran('AC-1 one'), ran('AC-1 AC-2 another'), ran('of no claim', 'failed')];
    expect(resultsOf([claim('AC-1'), claim('AC-2')], tests)).toEqual({ results: ['pass', 'pass'], problems: [] });
  });

  test.each([
    ['failed', 'fail'],
    ['skipped', 'skipped'],
    ['pending', 'skipped'],
  ] as const)('does not pass when one of them is %s', (state, result) => {
    expect(resultsOf([claim('AC-1')], [ran('AC-1 one'), ran('AC-1 another', state)])).toEqual({
      results: [result],
      problems: [`AC-1 ${result}: AC-1 another (${state})`],
    });
  });

  test('has failed when one failed and another was skipped', () => {
    const tests = [ran('AC-1 one', 'skipped'), ran('AC-1 another', 'failed')];
    expect(resultsOf([claim('AC-1')], tests).results).toEqual(['fail']);
  });

  test('that no test names is missing', () => {
    expect(resultsOf([claim('AC-1')], [ran('AC-11 is another')])).toMatchObject({
      results: ['missing'],
      problems: ['AC-1: no test names AC-1', expect.stringContaining('AC-11') as string],
    });
  });

  test('with something lacking passes in part, and never more', () => {
    const lacking = claim('AC-1', ['AC-1'], 'a bot');
    expect(resultsOf([lacking], [ran('AC-1 one')])).toEqual({ results: ['in part'], problems: [] });
    expect(resultsOf([lacking], [ran('AC-1 one', 'failed')]).results).toEqual(['fail']);
  });

  test('that is not to be shown yet does not pass, and a test that names it is told', () => {
    const later = claim('AC-1', []);
    expect(resultsOf([later], [])).toEqual({ results: ['not yet'], problems: [] });
    expect(resultsOf([later], [ran('AC-1 one')])).toEqual({
      results: ['not yet'],
      problems: ['AC-1: named by a test, counted nowhere: AC-1 one'],
    });
  });
});

describe('a feature that examples show', () => {
  const claims = [claim('AC-1'), claim('AC-2'), claim('F-ABC-1', ['AC-1', 'AC-2'])];

  test('passes with all of them', () => {
    expect(resultsOf(claims, [ran('AC-1 a'), ran('AC-2 b')]).results).toEqual(['pass', 'pass', 'pass']);
  });

  test('fails with one of them', () => {
    expect(resultsOf(claims, [ran('AC-1 a'), ran('AC-2 b', 'failed')]).results).toEqual(['pass', 'fail', 'fail']);
  });

  test('is missing, and a problem, when it refers to what no test names', () => {
    expect(resultsOf([claim('F-ABC-1', ['AC-1', 'AC-9'])], [ran('AC-1 a')])).toMatchObject({
      results: ['missing'],
      problems: ['F-ABC-1: no test names AC-9', expect.any(String) as string],
    });
  });

  test('is not passed by a test that names it where it does not count that', () => {
    expect(resultsOf([...claims], [ran('AC-1 a'), ran('AC-2 b'), ran('F-ABC-1 c')]).problems).toEqual([
      'F-ABC-1: named by a test, counted nowhere: F-ABC-1 c',
    ]);
  });
});

test('the document has a row for each, with what shows it', () => {
  const tests = [ran('AC-1 she calls | rings'), ran('AC-1 she calls | rings'), ran('F-ABC-1 more')];
  const shown = judge([claim('AC-1', ['AC-1'], 'a bot'), claim('AC-2', [])], tests).verdicts;
  const area = judge([claim('F-ABC-1', ['AC-1', 'F-ABC-1'])], tests).verdicts;
  expect(
    documentOf(shown, area)
      .split('\n')
      .filter((line) => /^\| (AC|F)-/.test(line)),
  ).toEqual([
    '| AC-1 | in part | what AC-1 says *Without: a bot.* | she calls \\| rings `test/some.test.ts` |',
    '| AC-2 | not yet | what AC-2 says |  |',
    '| F-ABC-1 | pass | what F-ABC-1 says | AC-1; more `test/some.test.ts` |',
  ]);
});

test('all examples and features of the product are there, each once', () => {
  const ids = [...examples, ...features].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([examples.length, features.length]).toEqual([88, 106]);
  expect(examples.map(({ id }) => Number(id.slice(3))).sort((one, other) => one - other)).toEqual(
    Array.from({ length: 88 }, (_, index) => index + 1),
  );
});

/** A whole run says so too, half an hour later. */
test('every id that a title begins with is counted', () => {
  const counted = new Set([...examples, ...features].flatMap(({ shownBy }) => shownBy));
  const files = globSync('test/**/*.test.ts', { exclude: ['test/support/acceptance/**'] });
  const named = files.flatMap(
    (file) => readFileSync(file, 'utf8').match(/(?<=\(\s*['"`])(?:AC|F-[A-Z]{3}|B)-\d+\b/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((id) => !counted.has(id))).toEqual([]);
});
