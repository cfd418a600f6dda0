import { expect, test } from 'vitest';
import { AutoPlacement } from '../../src/actors/auto-placement.ts';
import type { DueLine } from '../../src/actors/ports/placements.ts';
import type { Worker } from '../../src/actors/ports/workers.ts';
import { EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';
import { ListedPlacements } from '../fakes/settings/placements.ts';
import { ListedTemplates, template } from '../fakes/settings/templates.ts';
import { ListedWorkers } from '../fakes/settings/workers.ts';
import { unlimited, worker } from './settings/more/house.ts';

const office = LineId('office');
const olga = UserId(1);
const line: DueLine = {
  id: office,
  version: 0,
  owner: olga,
  template: undefined,
  registrar: 'pbx.example.org',
  carrier: 'main',
};

function house(...workers: readonly Worker[]) {
  const clock = { at: EpochMs(1_000_000_000) };
  const listed = new ListedWorkers(...workers);
  const placements = new ListedPlacements(line);
  const rttMs = new Map<string, number>();
  const placement = new AutoPlacement({
    workers: listed,
    placements,
    plans: { planOf: async () => unlimited },
    templates: new ListedTemplates(template('op', { workers: ['op-1'] })),
    rtts: { to: async (registrar) => (registrar === 'pbx.example.org' ? rttMs : new Map()) },
    clock: { now: () => clock.at },
  });
  /** Those hosts live on, and the others have been silent, for so long. */
  const after = async (ms: number, ...living: readonly string[]) => {
    clock.at = EpochMs(clock.at + ms);
    listed.workers = listed.workers.map((one) => (living.includes(one.id) ? { ...one, seenAt: clock.at } : one));
    await placement.look();
    return placements.carrierOf(office);
  };
  return { placement, placements, rttMs, after, applies: () => placements.applied.add(office) };
}

test('F-WRK-2 the nearest Worker is taken; when it falls silent the next; the line stays there until Apply', async () => {
  const { after, rttMs, applies } = house(worker('a', 'official'), worker('b', 'official'), worker('main', 'official'));
  rttMs.set('a', 10).set('b', 40);
  applies();
  expect(await after(0, 'a', 'b', 'main')).toBe('a');
  expect(await after(15_000, 'b', 'main')).toBe('a');
  expect(await after(1, 'b', 'main')).toBe('b');
  expect(await after(60_000, 'a', 'b', 'main')).toBe('b');
  applies();
  expect(await after(0, 'a', 'b', 'main')).toBe('a');
});

test('a line whose Worker is gone from the list is moved, and stays where it is while there is none to move it to', async () => {
  const { after, placements } = house(worker('b', 'official'));
  expect(await after(15_001)).toBe('main');
  expect(await after(0)).toBe('main');
  expect(placements.placed).toEqual([]);
  expect(await after(0, 'b')).toBe('b');
});

test('a line whose Worker is well is left alone; the choice is kept once', async () => {
  const { after, rttMs, placement, placements, applies } = house(worker('main', 'official'), worker('b', 'official'));
  rttMs.set('b', 1);
  expect(await after(0, 'main', 'b')).toBe('main');
  applies();
  await Promise.all([placement.look(), placement.look()]);
  expect(placements.placed).toEqual(['office on b']);
});

test('a Worker shared by somebody else is never taken, though it is the only one', async () => {
  const { after } = house(worker('shared', 'shared'));
  expect(await after(0, 'shared')).toBe('main');
});
