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
        orders.add(lines.join());
      }
      // A race that always goes the same way is none.
      expect(orders.size).toBeGreaterThan(20);
    },
    600_000,
  );
});
