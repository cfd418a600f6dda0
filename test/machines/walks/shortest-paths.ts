import { newcomers, sensible } from './choices.ts';
import type { Line } from './steps.ts';
import { end, endings, stepOn, type WalkOptions } from './walk.ts';
import { enterWorld } from './world.ts';

export interface Explored {
  /** How many stories were told to their end. */
  readonly stories: number;
  /** How many different situations they led to. */
  readonly situations: number;
  /** How many lines the longest had. */
  readonly longest: number;
  readonly failed?: { readonly lines: readonly Line[]; readonly wrong: string };
}

/**
 * Tells the stories that begin like this, the shortest first: a situation that a shorter story has led to is not gone on
 * from again. What happens is what could happen; each story ends in one of the endings by turns.
 */
export async function shortestPaths(
  begin: readonly Line[],
  options: WalkOptions,
  limits = { length: 12, stories: 5_000 },
): Promise<Explored> {
  const seen = new Set<string>();
  let stories = 0;
  let longest = 0;
  const soFar = () => ({ stories, situations: seen.size, longest });
  for (let frontier: readonly (readonly Line[])[] = [begin]; frontier.length > 0; ) {
    const next: (readonly Line[])[] = [];
    for (const lines of frontier) {
      if (stories >= limits.stories) return soFar();
      const { wrong, goesOn, ending } = await tell(lines, stories++, options, seen);
      longest = lines.length;
      if (wrong) return { ...soFar(), failed: { lines: [...lines, ending], wrong } };
      if (lines.length < limits.length) next.push(...goesOn.map((line) => [...lines, line]));
    }
    frontier = next;
  }
  return soFar();
}

interface Told {
  /** What could happen next. */
  readonly goesOn: readonly Line[];
  readonly ending: Line;
  readonly wrong?: string | undefined;
}

async function tell(lines: readonly Line[], turn: number, options: WalkOptions, seen: Set<string>): Promise<Told> {
  const world = enterWorld(options.inspect);
  const ending = endings[turn % endings.length] as string;
  const nothing: Told = { goesOn: [], ending };
  for (const line of lines) {
    const wrong = await stepOn(world, line);
    if (wrong) return { ...nothing, wrong };
  }
  const { signature } = world;
  const goesOn = seen.has(signature) ? [] : [...new Set([...sensible(world), ...newcomers(world)])];
  seen.add(signature);
  return { goesOn, ending, wrong: await end(world, ending) };
}
