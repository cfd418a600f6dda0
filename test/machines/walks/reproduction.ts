import { shrink } from './shrink.ts';
import type { Line } from './steps.ts';
import { walk } from './walk.ts';

/** What is told of a walk that went wrong: where it comes from, what was wrong, and the shortest such walk as a test. */
export async function reproduction(from: string, lines: readonly Line[], wrong: string): Promise<string> {
  const shortest = await shrink(lines, async (fewer) => nameless(await walk(fewer)) === nameless(wrong));
  return [
    `${from}: ${wrong}`,
    `test('${wrong}', async () => {`,
    '  const lines = [',
    ...shortest.map((line) => `    '${line}',`),
    '  ];',
    '  expect(await walk(lines)).toBeUndefined();',
    '});',
  ].join('\n');
}

/** Legs are named by their number, which means nothing. */
const nameless = (wrong = ''): string => wrong.replaceAll(/\b[cuv]\d+(~\d+)?\b/g, 'a leg');
