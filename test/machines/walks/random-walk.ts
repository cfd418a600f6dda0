import { beginnings, hosts, networks, nonsense, recordings, sensible } from './choices.ts';
import { Random } from './random.ts';
import type { Line } from './steps.ts';
import { end, endings, stepOn, type WalkOptions } from './walk.ts';
import { enterWorld } from './world.ts';

export interface Walked {
  readonly lines: readonly Line[];
  /** What was wrong; undefined: nothing. */
  readonly wrong: string | undefined;
}

/** A way that is the same for the same seed: what can happen, with nonsense in between. */
export async function randomWalk(seed: number, options: WalkOptions = {}): Promise<Walked> {
  const random = new Random(seed);
  const lines: Line[] = [];
  const world = enterWorld(options.inspect);
  const go = (line: Line) => {
    lines.push(line);
    return stepOn(world, line);
  };
  const prepared = [
    ...(options.hostsDie ? hosts.filter((_, later) => later === 0 || random.chance(0.4)) : []),
    ...networks.filter(() => random.chance(0.3)),
    ...recordings.filter(() => random.chance(0.15)),
    ...random.pick(beginnings),
  ];
  for (const line of prepared) {
    const wrong = await go(line);
    if (wrong) return { lines, wrong };
  }
  const length = 3 + random.below(12);
  for (let step = 0; step < length; step++) {
    const line = random.chance(0.15) ? nonsense(world, random) : random.pick(sensible(world));
    const wrong = await go(line);
    if (wrong) return { lines, wrong };
  }
  const ending = random.pick(endings);
  return { lines: [...lines, ending], wrong: await end(world, ending) };
}
