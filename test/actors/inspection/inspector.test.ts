import { beforeEach, expect, test } from 'vitest';
import { createActor, fromPromise, setup, stopChild } from 'xstate';
import { InspectionHub } from '../../../src/actors/inspection/hub.ts';
import { Inspector } from '../../../src/actors/inspection/inspector.ts';
import { EpochMs } from '../../../src/machines/model/ids.ts';
import { callOf, openInspectedHouse, pat } from '../../adapters/inspector/inspected-house.ts';

const child = setup({}).createMachine({ id: 'child', initial: 'here', states: { here: {} } });
const parent = setup({
  types: { events: {} as { type: 'go' } | { type: 'drop' } | { type: 'end' } },
  actors: { child, answer: fromPromise(async () => 42) },
  delays: { patience: 30_000 },
}).createMachine({
  id: 'parent',
  initial: 'one',
  invoke: { id: 'child', src: 'child' },
  on: { drop: { actions: stopChild('child') }, end: '.over' },
  states: {
    one: { on: { go: 'two' }, after: { patience: 'two' } },
    two: { on: { go: 'one' } },
    over: { type: 'final' },
  },
});

let now: number;
let hub: InspectionHub;
let inspector: Inspector;
beforeEach(() => {
  now = 1_000;
  const clock = { now: () => EpochMs(now++) };
  hub = new InspectionHub(clock, {
    report: (_, error) => {
      throw error;
    },
  });
  inspector = new Inspector({ host: 'h', version: '1', clock, logsOf: async () => [], testOf: () => '' });
  hub.watch(inspector.live);
});
const start = (address: string) => createActor(parent, hub.root(address, parent, undefined)).start();
const names = () => inspector.actors().map(({ name, state, status }) => `${name} ${state} ${status}`);

test('roots nobody asks for are not looked at, and cost nothing', () => {
  const quiet = new InspectionHub({ now: () => EpochMs(0) }, { report: () => {} });
  expect(quiet.root('a/1', parent, undefined)).toEqual({});
  quiet.watch({ wants: (machine) => machine === 'other', received: () => {} });
  expect(quiet.root('a/1', parent, undefined)).toEqual({});
  quiet.watch({ wants: (machine) => machine === 'parent' });
  expect(quiet.root('a/1', parent, undefined).inspect).toBeInstanceOf(Function);
});

test('there are roots and their children, until they are over: a child leaves, a root stays to be looked back at', () => {
  const actor = start('a/1');
  expect(names()).toEqual(['a/1 one active', 'child here active']);
  actor.send({ type: 'drop' });
  expect(names()).toEqual(['a/1 one active']);
  actor.send({ type: 'end' });
  expect(names()).toEqual(['a/1 over done']);
});

test('ids are unique among hosts and restarts', () => {
  start('a/1');
  start('a/1');
  const ids = inspector.actors().map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^h\/\w+:\d+$/);
});

test('changes are told once, and the end only of those that were told of', () => {
  const actor = start('a/1');
  expect(inspector.changes().changed.map(({ name }) => name)).toEqual(['a/1', 'child']);
  expect(inspector.changes()).toEqual({ changed: [], gone: [] });
  actor.send({ type: 'go' });
  actor.send({ type: 'drop' });
  const { changed, gone } = inspector.changes();
  expect(changed.map(({ state, lastEvent, count }) => [state, lastEvent, count])).toEqual([['two', 'drop', 2]]);
  expect(gone).toHaveLength(1);
  for (let number = 0; number < 100; number++) start(`b/${number}`).stop();
  expect(inspector.changes().gone).toEqual([]);
});

test('of roots that are over the last twenty stay', () => {
  for (let number = 0; number < 50; number++) start(`b/${number}`).stop();
  expect(inspector.actors().map(({ name }) => name)).toEqual(
    Array.from({ length: 20 }, (_, index) => `b/${index + 30}`),
  );
});

test('a view has the states, the way there, and what is waited for, with the newest hundred steps', () => {
  const actor = start('a/1');
  const { id } = inspector.actors()[0] ?? { id: '' };
  expect(inspector.view(id)?.timers).toMatchObject([{ event: 'after patience', state: 'one', delayMs: 30_000 }]);
  for (let number = 0; number < 150; number++) actor.send({ type: 'go' });
  const view = inspector.view(id);
  expect(view?.states).toEqual(['', 'one']);
  expect(view?.steps).toHaveLength(100);
  expect(view?.steps.at(-1)).toMatchObject({
    seq: 150,
    event: { type: 'go' },
    states: ['', 'one'],
    edges: ['two|go|0'],
  });
  expect(inspector.view(id, 148)?.steps.map(({ seq }) => seq)).toEqual([149, 150]);
});

test('a history is replayed, leads to where its root is, and says what is missing in it', () => {
  const actor = start('a/1');
  const { id } = inspector.actors()[0] ?? { id: '' };
  for (let number = 0; number < 3; number++) actor.send({ type: 'go' });
  const history = inspector.history(id);
  expect(history?.steps.map(({ states }) => states.at(-1))).toEqual(['one', 'two', 'one', 'two']);
  expect(history?.steps[1]?.edges).toEqual(['one|go|0']);
  expect(history).toMatchObject({ isTrue: true, missing: 0 });
  for (let number = 0; number < 3_000; number++) actor.send({ type: 'go' });
  expect(inspector.history(id)).toMatchObject({ isTrue: undefined, missing: 2_003 });
  expect(inspector.history(id)?.steps).toHaveLength(1_001);
});

test('the ladder of a call has what its softphone took, with notes of its voice leg and of its dialog', async () => {
  const inspected = await openInspectedHouse();
  const call = callOf(inspected);
  await call.offered();
  const leg = String(
    inspected.house.nets.told
      .find((told) => told.startsWith('ring user'))
      ?.split(' ')
      .at(-1),
  );
  const { inspector: looking } = inspected;
  looking.note({ kind: 'telegram', from: 'siptg', to: 'user', label: 'rings the user', thread: leg });
  looking.note({ kind: 'telegram', from: 'siptg', to: 'user', label: 'rings another', thread: 'other' });
  looking.note({ kind: 'sip', from: 'party', to: 'siptg', label: 'INVITE', thread: 'x@pbx' });
  looking.note({ kind: 'sip', from: 'siptg', to: 'party', label: '180 (INVITE)', thread: 'x@pbx', call: pat });
  const { entries } = await looking.ladder(pat);
  expect(entries.filter(({ kind }) => kind !== 'event').map(({ label }) => label)).toEqual([
    'rings the user',
    'INVITE',
    '180 (INVITE)',
  ]);
  expect(entries.filter(({ kind }) => kind === 'event').map(({ label }) => label)).toContain('party.called');
  await inspected.close();
});
