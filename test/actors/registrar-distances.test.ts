import { expect, test } from 'vitest';
import type { Unmeasured } from '../../src/actors/ports/registrar-rtts.ts';
import type { Worker } from '../../src/actors/ports/workers.ts';
import { RegistrarDistances } from '../../src/actors/registrar-distances.ts';
import { EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';
import { ListedTemplates, template } from '../fakes/settings/templates.ts';
import { worker } from './settings/more/house.ts';

const [olga, uwe] = [UserId(1), UserId(2)];
const lineAt = (registrar: string, owner = olga, by?: string): Unmeasured => ({
  id: LineId(registrar),
  owner,
  template: by,
  registrar,
});

function house(own: Worker, others: readonly Worker[], lines: readonly Unmeasured[]) {
  const clock = { at: EpochMs(1_000_000_000) };
  const asked: string[] = [];
  const noted: string[] = [];
  const silent = new Set<string>();
  const distances = new RegistrarDistances({
    own,
    workers: { all: async () => [own, ...others] },
    rtts: {
      unmeasured: async (id, since) => (id === own.id && since === clock.at - 1_800_000 ? lines : []),
      note: async (id, registrar, rttMs) => void noted.push(`${id} ${registrar} ${rttMs}`),
    },
    probe: {
      rttMs: async (line) => {
        asked.push(line);
        return silent.has(line) ? undefined : 12;
      },
    },
    templates: new ListedTemplates(template('op', { workers: ['op-1'] })),
    clock: { now: () => clock.at },
  });
  return { distances, clock, asked, noted, silent };
}

const lines = [lineAt('a.test'), lineAt('b.test', uwe), lineAt('c.test', uwe, 'op')];
const main = worker('main', 'official');
const fra = worker('fra', 'official');

test('each registrar that was not measured lately is asked, one look at a time', async () => {
  const { distances, asked, noted } = house(fra, [main], lines);
  await Promise.all([distances.look(), distances.look()]);
  expect(noted).toEqual(['fra a.test 12', 'fra b.test 12', 'fra c.test 12']);
  expect(asked).toHaveLength(3);
});

test('a look is had every minute, and at once when another Worker has come', async () => {
  const others: Worker[] = [];
  const { distances, clock, asked } = house(fra, others, [lineAt('a.test')]);
  const looks = async (ms: number) => {
    clock.at = EpochMs(clock.at + ms);
    for (const one of [fra, ...others]) Object.assign(one, { seenAt: clock.at });
    await distances.beat();
    return asked.splice(0).length;
  };
  expect(await looks(0)).toBe(0);
  others.push({ ...main });
  expect(await looks(5_000)).toBe(1);
  expect(await looks(55_000)).toBe(0);
  expect(await looks(5_000)).toBe(1);
});

test('nobody is asked for lines that the Worker cannot have, nor while there is no other Worker', async () => {
  const asks = async (own: Worker, others: readonly Worker[] = [main]) => {
    const { distances, asked } = house(own, others, lines);
    await distances.look();
    return asked;
  };
  expect(await asks(worker('cellar', 'private', { owner: olga }))).toEqual(['a.test']);
  expect(await asks(worker('op-1', 'operator'))).toEqual(['c.test']);
  expect(await asks(worker('shared', 'shared', { owner: olga }))).toEqual([]);
  expect(await asks(fra, [])).toEqual([]);
  expect(await asks(fra, [{ ...main, seenAt: EpochMs(0) }])).toEqual([]);
});

test('one that gave no answer is left alone for half an hour', async () => {
  const { distances, clock, asked, noted, silent } = house(fra, [{ ...main, seenAt: EpochMs(9e15) }], [lines[0]!]);
  silent.add('a.test');
  await distances.look();
  await distances.look();
  expect(asked).toHaveLength(1);
  clock.at = EpochMs(clock.at + 1_800_001);
  silent.clear();
  await distances.look();
  expect(noted).toEqual(['fra a.test 12']);
});
