import { expect, test } from 'vitest';
import { type AnyEventObject, createActor, fromPromise, SimulatedClock, sendParent, setup } from 'xstate';
import { InspectionHub, type ObservedRoot } from '../../../src/actors/inspection/hub.ts';
import { replayed } from '../../../src/actors/inspection/replay.ts';
import { EpochMs } from '../../../src/machines/model/ids.ts';

const child = setup({}).createMachine({
  id: 'child',
  initial: 'begun',
  states: { begun: { entry: sendParent({ type: 'child.begun' }), on: { finish: 'over' } }, over: { type: 'final' } },
});
const machine = setup({
  types: { input: {} as { readonly name: string } },
  actors: { child, answer: fromPromise(async () => 42) },
}).createMachine({
  id: 'parent',
  initial: 'asking',
  states: {
    asking: { invoke: { id: 'question', src: 'answer', onDone: 'waiting' } },
    waiting: { invoke: { id: 'child', src: 'child', onDone: 'pausing' }, on: { 'child.begun': {} } },
    pausing: { after: { 1_000: 'gone' } },
    gone: { type: 'final' },
  },
});

const told: unknown[] = [];
const openHub = () => {
  let now = 0;
  const faults = { report: (where: string, error: unknown) => void told.push([where, error]) };
  const hub = new InspectionHub({ now: () => EpochMs(++now) }, faults);
  const received: [string, AnyEventObject, EpochMs][] = [];
  const roots: ObservedRoot[] = [];
  hub.watch({
    started: (root) => void roots.push(root),
    received: (root, event, at) => void received.push([root.address, event, at]),
  });
  return { hub, received, roots };
};

test('of a root everything is told that it takes, with the time: from outside, from its children, and from its timers', async () => {
  const { hub, received, roots } = openHub();
  const clock = new SimulatedClock();
  const input = { name: 'Anna' };
  const actor = createActor(machine, { input, clock, ...hub.root('a/1', machine, input) }).start();
  await Promise.resolve();
  await Promise.resolve();
  actor.getSnapshot().children.child?.send({ type: 'finish' });
  clock.increment(1_000);
  actor.send({ type: 'tooLate' });
  expect(roots).toMatchObject([{ address: 'a/1', machine: 'parent', input, startedAt: 1 }]);
  expect(received.map(([address, { type }, at]) => [address, type, at])).toEqual([
    ['a/1', 'xstate.done.actor.question', 2],
    ['a/1', 'child.begun', 3],
    ['a/1', 'xstate.done.actor.child', 4],
    ['a/1', 'xstate.after.1000.parent.pausing', 5],
  ]);
  const values = replayed(
    machine,
    input,
    received.map(([, event]) => event),
  ).map(({ value }) => value);
  expect(values).toEqual(['asking', 'waiting', 'waiting', 'pausing', 'gone']);
});

test('who watches badly disturbs nobody', () => {
  const { hub, received } = openHub();
  const wrong = new Error('this observer is broken');
  hub.watch({
    received: () => {
      throw wrong;
    },
  });
  const actor = createActor(machine, { input: { name: '' }, ...hub.root('a/1', machine, {}) }).start();
  actor.send({ type: 'child.begun' });
  expect(actor.getSnapshot().status).toBe('active');
  expect(received).toHaveLength(1);
  expect(told).toEqual([['inspection', wrong]]);
});

test('nothing runs in a replay, and what came after the end changes nothing', () => {
  let began = 0;
  const busy = machine.provide({ actors: { answer: fromPromise(async () => ++began) } });
  const done = (actor: string) => ({ type: `xstate.done.actor.${actor}`, output: 1, actorId: actor });
  const after = { type: 'xstate.after.1000.parent.pausing' };
  const states = replayed(busy, { name: '' }, [done('question'), done('child'), after, done('question')]);
  expect(states.map(({ status }) => status)).toEqual(['active', 'active', 'active', 'done']);
  expect(began).toBe(0);
});
