import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { networks } from './choices.ts';
import { Coverage } from './coverage.ts';
import { randomWalk } from './random-walk.ts';
import { reproduction } from './reproduction.ts';
import { shortestPaths } from './shortest-paths.ts';
import { machine } from './world.ts';

/** Fewer need not have been everywhere. */
const enoughWalks = 20_000;
/** `WALKS=200000 WALK_SEED=7 npx vitest run test/machines/walks` goes further, or elsewhere. */
const walks = Number(process.env.WALKS ?? enoughWalks);
const firstSeed = Number(process.env.WALK_SEED ?? 1);

const coverage = new Coverage(machine);
const options = { inspect: coverage.inspect };

// XState warns of events to actors that have ended, which is what these tests are about.
beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
afterAll(() => void vi.restoreAllMocks());

/** `WALK_COVERAGE=yes` shows how far the walks went. */
const tell = (numbers: object) => void (process.env.WALK_COVERAGE && console.log(numbers));

describe('a user’s telephone, whatever happens', () => {
  test.each([
    ['that answer at once', []],
    ['whose answers are awaited', networks],
  ])(
    'every short story in networks %s ends well',
    async (_, begin) => {
      const { failed, ...explored } = await shortestPaths(begin, options);
      if (failed) expect.fail(await reproduction('a short story', failed.lines, failed.wrong));
      tell(explored);
      expect(explored.stories).toBeGreaterThan(2_000);
    },
    180_000,
  );

  test(`${walks} random walks end well`, async () => {
    for (let seed = firstSeed; seed < firstSeed + walks; seed++) {
      const { lines, wrong } = await randomWalk(seed, options);
      if (wrong) expect.fail(await reproduction(`seed ${seed}`, lines, wrong));
    }
  }, 3_600_000);

  const crashes = Math.ceil(walks / 4);
  test(`${crashes} random walks over hosts that die end well`, async () => {
    for (let seed = firstSeed; seed < firstSeed + crashes; seed++) {
      const { lines, wrong } = await randomWalk(seed, { ...options, hostsDie: true });
      if (wrong) expect.fail(await reproduction(`seed ${seed}, hosts die`, lines, wrong));
    }
  }, 3_600_000);

  test.skipIf(walks < enoughWalks)('the walks have been in every state', () => {
    const { all, taken, missed } = coverage.transitions;
    tell({ all, taken, missed });
    expect(coverage.missed).toEqual([]);
    expect(taken / all).toBeGreaterThan(0.9);
  });
});
