import { type Claim, idsIn, type RanTest, type Verdict } from './verdict.ts';

/** `docs/acceptance.md`: a row for each example and each feature. */
export function documentOf(
  examples: readonly Verdict[],
  features: readonly Verdict<Claim & { readonly area: string }>[],
): string {
  const areas = [...new Set(features.map(({ claim }) => claim.area))];
  return [
    '# What is shown, and by which test',
    '',
    'Written by `npm run acceptance` from the run of the tests. An example or feature passes if each test that names it, or names an',
    'example that shows it, ran and passed. “In part” says what is missing; “not yet” is what later work will show.',
    '',
    '## Acceptance examples',
    '',
    sumOf(examples),
    '',
    '| example | result | what it says | shown by |',
    '|---|---|---|---|',
    ...examples.map((verdict) => rowOf(verdict)),
    '',
    '## Features',
    '',
    sumOf(features),
    '',
    ...areas.flatMap((area) => [
      `### ${area}`,
      '',
      '| feature | result | what it says | shown by |',
      '|---|---|---|---|',
      ...features.filter(({ claim }) => claim.area === area).map((verdict) => rowOf(verdict)),
      '',
    ]),
  ].join('\n');
}

const sumOf = (verdicts: readonly Verdict[]): string =>
  [...Map.groupBy(verdicts, ({ result }) => result)]
    .map(([result, those]) => `${those.length} ${result}`)
    .sort((one, other) => Number.parseInt(other, 10) - Number.parseInt(one, 10))
    .join(', ');

const rowOf = ({ claim, result, tests }: Verdict): string => {
  const { id, text, lacks, shownBy } = claim;
  const told = lacks === undefined ? text : `${text} *Without: ${lacks}.*`;
  // What shows an example stands in the row of the example.
  const others = shownBy.filter((other) => other !== id);
  const own = tests.filter((test) => idsIn(test).has(id));
  return `| ${[id, result, told, [...others, ...placesOf(own)].join('; ')].map(inCell).join(' | ')} |`;
};

/** Titles, without ids, by file; of a long list the first ones. */
const placesOf = (tests: readonly RanTest[]): string[] =>
  [...Map.groupBy(tests, ({ file }) => file)].map(([file, those]) => {
    const titles = [...new Set(those.map(titleOf))];
    const more = titles.length - mostTitles;
    return `${titles.slice(0, mostTitles).join('; ')}${more > 0 ? ` and ${more} more` : ''} \`${file}\``;
  });

const mostTitles = 5;

const titleOf = (test: RanTest): string =>
  [...idsIn(test)].reduce((title, id) => title.replace(id, ''), test.title).trim();

const inCell = (text: string): string => text.replaceAll('|', '\\|');
