import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { interleaved, races } from './races.ts';
import { reproduction } from './reproduction.ts';

/** `INTERLEAVINGS=100000 npx vitest run test/machines/walks/races.test.ts` tries more orders. */
const interleavings = Number(process.env.INTERLEAVINGS ?? 500);

// XState warns of events to actors that have ended, which is what these tests are about.
beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
afterAll(() => void vi.restoreAllMocks());

describe(`in ${interleavings} orders`, () => {
  test.each(races)(
    '$name',
    async (race) => {
      const orders = new Set<string>();
      for (let seed = 1; seed <= interleavings; seed++) {
        const { lines, wrong } = await interleaved(race, seed);
        if (wrong) expect.fail(await reproduction(`${race.name}, seed ${seed}`, lines, wrong));
        // The last line is how the walk is brought to its end, and no part of the race.
        orders.add(lines.slice(0, -1).join());
      }
      // A race that mostly goes the same way is none: of 500 the narrowest meets 85.
      expect(orders.size).toBeGreaterThan(75);
    },
    600_000,
  );
});
