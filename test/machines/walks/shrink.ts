import type { Line } from './steps.ts';

/** The shortest list found that still fails: stretches of lines are left out, ever shorter ones, while it does. */
export async function shrink(
  lines: readonly Line[],
  fails: (lines: readonly Line[]) => Promise<boolean>,
): Promise<Line[]> {
  let shortest = [...lines];
  for (let length = Math.ceil(shortest.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at + length <= shortest.length; ) {
      const without = shortest.toSpliced(at, length);
      if (await fails(without)) shortest = without;
      else at++;
    }
  }
  // What was needed by a line that is gone now may go too.
  return shortest.length < lines.length ? shrink(shortest, fails) : shortest;
}
