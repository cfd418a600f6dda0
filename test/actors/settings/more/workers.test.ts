import { expect, test } from 'vitest';
import type { Worker } from '../../../../src/actors/ports/workers.ts';
import { autoWorker } from '../../../../src/actors/settings/handlers/auto-worker.ts';
import { workersOf } from '../../../../src/actors/settings/handlers/workers.ts';
import { EpochMs } from '../../../../src/machines/model/ids.ts';
import { ListedTemplates, template } from '../../../fakes/settings/templates.ts';
import { olga, remarkOf, settingsHouse, unlimited, uwe, vera, worker } from './house.ts';

const own = worker('own', 'private', { owner: olga, name: 'My cellar' });
const uwes = worker('uwes', 'private', { owner: uwe });
const main = worker('main', 'official');
const free = worker('free', 'official', { free: true });
const operators = worker('op-1', 'operator');
const shared = worker('shared', 'shared', { owner: vera });
const everyKind = [shared, operators, main, free, own, uwes];
const offering = template('op', { domain: 'op.example.org', workers: ['op-1'] });

async function office(...workers: readonly Worker[]) {
  const house = settingsHouse();
  house.templates = new ListedTemplates(offering, template('plain'));
  house.workers.workers = workers;
  const line = await house.has(olga);
  const { presses } = house.handlers();
  const listed = async (press: 'line' | 'all' = 'line', by = olga) => {
    const visitor = house.visitor(by);
    const { screen } = await (press === 'line'
      ? presses['line-workers'](visitor, { do: 'line-workers', line })
      : presses.workers(visitor, { do: 'workers' }));
    return screen?.kind === 'workers' ? screen.workers.map(({ kind, id }) => `${kind} ${id}`) : screen;
  };
  const chooses = (id: string, by = olga) => presses.worker(house.visitor(by), { do: 'worker', line, worker: id });
  return { ...house, line, presses, listed, chooses };
}

test('AC-69 F-WRK-1 F-WRK-3 each kind is listed with its mark, an operator’s only with its template, a private one to its owner', async () => {
  const { listed, lines, line, visitor } = await office(...everyKind);
  const everywhere = ['private own', 'official free', 'official main', 'shared shared'];
  expect(await listed()).toEqual(everywhere);
  expect(await listed('all')).toEqual(everywhere);
  expect(await listed('all', uwe)).toEqual(['private uwes', 'official free', 'official main', 'shared shared']);
  await lines.edit(olga, line, { template: 'op' }, visitor(olga).at);
  expect(await listed()).toEqual(['private own', 'official free', 'official main', 'operator op-1', 'shared shared']);
});

test('AC-69 F-WRK-4 without paid workers only Auto and the free ones are offered, and a press on another says why', async () => {
  const { listed, chooses, plans, find, line } = await office(...everyKind);
  plans.set(olga, { paidWorkers: false });
  expect(await listed()).toEqual(['official free']);
  expect(remarkOf(await chooses('main'))).toEqual({ kind: 'not-in-plan', what: 'paid-workers' });
  expect((await find(line)).pending).toEqual({});
  await chooses('free');
  expect((await find(line)).pending).toEqual({ worker: 'free' });
});

test('F-WRK-1 the list shows load in three steps, and who does not answer', async () => {
  const { presses, visitor, line, clock } = await office(
    worker('a', 'official', { load: 0.2 }),
    worker('b', 'official', { load: 0.5 }),
    worker('c', 'official', { load: 0.9, seenAt: EpochMs(1_000_000_000 - 15_001) }),
  );
  const { screen } = await presses['line-workers'](visitor(olga), { do: 'line-workers', line });
  expect(screen).toMatchObject({
    chosen: 'auto',
    workers: [
      { load: 'low', healthy: true },
      { load: 'medium', healthy: true },
      { load: 'high', healthy: false },
    ],
  });
  expect(clock.at).toBe(1_000_000_000);
});

test('a worker that is not offered is not chosen: somebody’s private one, an operator’s without template, one given up, none', async () => {
  const off = worker('off', 'official', { switchedOff: true });
  const { chooses, find, line } = await office(...everyKind, off);
  for (const id of ['uwes', 'op-1', 'off', 'nobody', '', "'; drop table worker --"]) {
    expect(remarkOf(await chooses(id))).toEqual({ kind: 'expired' });
  }
  expect(remarkOf(await chooses('main', uwe))).toEqual({ kind: 'not-yours' });
  expect((await find(line)).pending).toEqual({});
  await chooses('shared');
  await chooses('auto');
  expect((await find(line)).pending).toEqual({});
});

const at = EpochMs(1_000_000_000);
const auto = (
  workers: readonly Worker[],
  { plan = unlimited, by = undefined as typeof offering | undefined, rtt = {} } = {},
) => autoWorker({ owner: olga }, by, workers, plan, (id) => (rtt as Record<string, number>)[id], at)?.id;

test('F-WRK-2 among equals Auto takes the nearest to the registrar, then the least busy', () => {
  const busy = worker('a', 'official', { load: 0.9 });
  const idle = worker('b', 'official', { load: 0.1 });
  expect(auto([busy, idle], { rtt: { a: 10, b: 40 } })).toBe('a');
  expect(auto([busy, idle], { rtt: { a: 40, b: 40 } })).toBe('b');
  expect(auto([busy, idle], { rtt: { a: 40 } })).toBe('a');
  expect(auto([busy, idle])).toBe('b');
  expect(auto([busy, worker('a2', 'official', { load: 0.9 })])).toBe('a');
});

test('F-WRK-2 Auto prefers the own worker, then the operator’s, then official ones; never one of a stranger', () => {
  const near = { shared: 1, main: 5, 'op-1': 50, own: 500 };
  expect(auto(everyKind, { by: offering, rtt: near })).toBe('own');
  expect(auto([shared, main, operators, uwes], { by: offering, rtt: near })).toBe('op-1');
  expect(auto([shared, main, operators, uwes], { rtt: near })).toBe('main');
  expect(auto([shared, uwes, operators], { rtt: near })).toBeUndefined();
});

test('F-WRK-2 Auto takes nobody who is silent for more than 15 s, is given up, or is not in the plan', () => {
  const silent = { ...own, seenAt: EpochMs(at - 15_001) };
  expect(auto([silent, main])).toBe('main');
  expect(auto([{ ...own, seenAt: EpochMs(at - 15_000) }, main])).toBe('own');
  expect(auto([{ ...own, switchedOff: true }, main])).toBe('main');
  expect(auto([own, main, free], { plan: { ...unlimited, paidWorkers: false } })).toBe('free');
  expect(auto([])).toBeUndefined();
});

test('a line’s screen names the worker it is set to, and until that applies the one it is on', async () => {
  const { find, line, lines, visitor, workers } = await office(main, own);
  const named = async () => {
    const { set, carrier } = await workersOf({ workers }, await find(line), at);
    return [set?.id, carrier?.id];
  };
  expect(await named()).toEqual(['main', 'main']);
  await lines.edit(olga, line, { worker: 'own' }, visitor(olga).at);
  expect(await named()).toEqual(['own', 'main']);
  await lines.apply(olga, line);
  expect(await named()).toEqual(['own', 'own']);
  // What it chooses is not known before.
  await lines.edit(olga, line, { worker: 'auto' }, visitor(olga).at);
  expect(await named()).toEqual([undefined, 'own']);
  workers.workers = [];
  expect(await named()).toEqual([undefined, undefined]);
});
