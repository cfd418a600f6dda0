import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserId } from '../../src/machines/model/ids.ts';
import { Random } from '../machines/walks/random.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { openSipHouse, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { OfScene, OfService } from './races/invariants.ts';
import { told } from './races/on-the-wire.ts';
import { type Race, races } from './races/races.ts';
import { openScene, type Scene, usersOf } from './races/scene.ts';

/** `RACE_SEED=7` runs that one alone, `RACE_SEEDS=100` more than the ten of each race. */
const { RACE_SEED: only, RACE_SEEDS: many = '10' } = process.env;
const seeds = only === undefined ? Array.from({ length: Number(many) }, (_, index) => index + 1) : [Number(only)];

/** How long a race may take. */
const raceMs = 45_000;

/** As many as vitest runs at once: a chat bears one edit a second, so that a call by itself mostly waits. */
const scenesAtOnce = 5;

describe.skipIf(!hasBaresip || !hasKamailio)('races with real legs', () => {
  let stage: Stage;
  let house: SipHouse;
  let ofService: OfService;
  const complaints: string[] = [];
  const scenes: Scene[] = [];
  const free: Scene[] = [];
  beforeAll(async () => {
    const indexes = Array.from({ length: scenesAtOnce }, (_, index) => index);
    const write = (text: string) => void complaints.push(text.trim());
    house = await openSipHouse(indexes.flatMap(usersOf));
    stage = await openStage({ log: pino({ level: 'error' }, { write }) });
    // A little of the way that Telegram is.
    stage.telegram.faults.world.updates.delayMs = 8;
    for (const index of indexes) scenes.push(await openScene(stage, house, index));
    free.push(...scenes);
    ofService = new OfService(stage, complaints);
  });
  afterAll(async () => {
    for (const scene of scenes) scene.close();
    await stage?.close();
    await house?.close();
  });

  describe.each(races)('$name', (race) => {
    // Time is everybody's.
    const each = race.movesTime ? test : test.concurrent;
    each.each(seeds)('seed %i', (seed) => run(race, seed), raceMs + 15_000);
    test('and nothing is left in the service', () => ofService.nothingIsLeft());
  });

  async function run(race: Race, seed: number): Promise<void> {
    const scene = free.shift();
    if (!scene) throw new Error('nobody is free');
    const { line, pat, quinn, olga } = scene;
    const random = new Random(seed);
    // A panel that is still on its way although its call is over would be taken for the next one's.
    await stage.service.told(UserId(olga.id));
    for (const message of olga.conversation(stage.chat)) olga.deletes(message);
    line.forget();
    for (const party of [pat, quinn]) party.forget();
    // As far away as another town: what is sent at the same time meets on its way.
    line.delayMs.service = random.below(20);
    line.delayMs.proxy = random.below(20);
    const invariants = new OfScene(scene);
    try {
      await ends(race.run(scene, { seed, random }));
      await invariants.nothingIsLeft();
    } catch (error) {
      const again = `RACE_SEED=${seed} npx vitest run test/calls/races.test.ts -t '${race.name}'`;
      const text = told(line.passed);
      line.releases();
      await scene.allHangUp();
      expect.fail(`${String(error)}\n\nAgain: ${again}\n\n${text}`);
    } finally {
      invariants.close();
      free.push(scene);
    }
  }
});

/** Before the test ends by itself, with nobody to clean up. */
async function ends(race: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('it does not end')), raceMs);
  try {
    await Promise.race([race, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
