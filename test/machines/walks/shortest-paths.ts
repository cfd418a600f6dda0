import { newcomers, sensible } from './choices.ts';
import type { Line } from './steps.ts';
import { end, endings, stepOn, type WalkOptions } from './walk.ts';
import { enterWorld } from './world.ts';

export interface Explored {
  /** How many stories were told to their end. */
  readonly stories: number;
  readonly failed?: { readonly lines: readonly Line[]; readonly wrong: string };
}

/**
 * Tells the stories from an idle telephone, the shortest first: a situation that a shorter story has led to is not gone on
 * from again. What happens is what could happen; each story ends in one of the endings by turns.
 */
export async function shortestPaths(options: WalkOptions, limits = { length: 9, stories: 6_000 }): Promise<Explored> {
  const seen = new Set<string>();
  let stories = 0;
  for (let frontier: readonly (readonly Line[])[] = [[]]; frontier.length > 0; ) {
    const next: (readonly Line[])[] = [];
    for (const lines of frontier) {
      if (stories >= limits.stories) return { stories };
      const { wrong, goesOn, ending } = await tell(lines, stories++, options, seen);
      if (wrong) return { stories, failed: { lines: [...lines, ending], wrong } };
      if (lines.length < limits.length) next.push(...goesOn.map((line) => [...lines, line]));
    }
    frontier = next;
  }
  return { stories };
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
    if (options.avoids?.(world, line)) return nothing;
    const wrong = await stepOn(world, line, options);
    if (wrong) return { ...nothing, wrong };
  }
  const { signature } = world;
  const goesOn = seen.has(signature) ? [] : [...new Set([...sensible(world), ...newcomers(world)])];
  seen.add(signature);
  return { goesOn, ending, wrong: await end(world, ending, options) };
}
